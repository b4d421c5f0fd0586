"""State in Redis or Valkey. `keys` has the table of all keys; each other module is one use of them."""

"""The one way to the network: a guarded HTTP client. `guard` says which addresses may be reached."""

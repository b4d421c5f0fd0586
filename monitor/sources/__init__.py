"""When a source is looked at, and how it does: decisions over its state and `now`, without a store or a clock."""

"""What is one story, and what becomes of it: decisions over articles and alerts, without a store."""

"""Channels, a file each: how a delivery reaches a person or a program. `words` makes text harmless first."""

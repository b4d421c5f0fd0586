"""The demo: an invented newsroom on loopback, watched by the real program."""

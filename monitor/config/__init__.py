"""The files of config/: read as YAML nodes, checked whole, turned into frozen values."""

"""The rig of the tests: servers that are started and stopped by pid, and an origin with bad manners."""

"""The embedded stack: runs a SAM template on this machine with real servers and no Docker."""

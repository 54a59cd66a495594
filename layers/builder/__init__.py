"""Builds a Lambda layer from a hash lock: install, slim, compile. Standard library and pip only."""

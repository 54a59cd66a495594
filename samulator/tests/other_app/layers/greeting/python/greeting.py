"""Comes from a layer used as it is."""


def hello(name):
    """Greet `name`."""
    return f"hello {name}"

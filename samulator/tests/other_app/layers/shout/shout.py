"""Comes from a layer that a Makefile builds."""


def shout(text):
    """Return `text`, louder."""
    return text.upper()

"""Reads a SAM template into the few things a local stack needs to know."""

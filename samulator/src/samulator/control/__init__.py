"""Puts everything together: starts it in order, keeps it running, stops it."""

"""Tries a new version before requests reach it."""

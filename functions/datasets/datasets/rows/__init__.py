"""Rows of a dataset: filtered, ordered, a page at a time."""

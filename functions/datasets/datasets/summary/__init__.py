"""Sums of a dataset by groups of its rows."""

"""Checking files by HTTP: requests, problems, and the two calls."""

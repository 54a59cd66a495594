"""Runs functions: packages, worker processes, retries, reload."""

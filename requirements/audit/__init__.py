"""Asks about the locked dependencies: known vulnerabilities, and the days of their release."""

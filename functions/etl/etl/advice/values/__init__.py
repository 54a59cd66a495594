"""Proposals by which refused values would be read, and the questions that values leave open."""

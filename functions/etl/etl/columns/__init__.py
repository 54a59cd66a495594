"""Columns of text and numbers: the ground that reading, rules and writing stand on."""

"""What a file looks like: refused values, shapes, distinct values, a sample of all rows."""

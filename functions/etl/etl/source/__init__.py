"""Reading: from the bytes of a file to columns of text, with true line numbers."""

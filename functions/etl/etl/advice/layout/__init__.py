"""Where the columns of a file are that is refused as a whole, as fields of a description."""

"""Users: what they are, and where they are kept, cached and searched."""

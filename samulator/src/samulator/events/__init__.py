"""What else calls functions, a package for each kind of event."""

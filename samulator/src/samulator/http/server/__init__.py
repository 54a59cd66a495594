"""What the stack's own HTTP servers have in common: one door, one way to fail."""

"""What answers HTTP: the doors to functions, and the server below them."""

"""What is told of a file: what no description mends, and what may be lost in it."""

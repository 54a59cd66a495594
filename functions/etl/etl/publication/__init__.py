"""How a run takes its place in the processed bucket: which one, whose turn, in what steps."""

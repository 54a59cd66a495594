"""Facts that several programs keep, and what writes those that are derived."""

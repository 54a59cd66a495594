"""Topics of SNS: what a subscriber gets of a message, and which messages."""

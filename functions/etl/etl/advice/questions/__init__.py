"""What a person has to decide before a description can say it."""

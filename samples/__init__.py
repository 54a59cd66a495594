"""Sample input: a sales file like the ones real shops send, the same bytes on every machine."""

"""Function URLs: a port for each, payload format 2.0."""

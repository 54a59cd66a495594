"""State machines that run: moto's interpreter, completed where it is a part of another program."""

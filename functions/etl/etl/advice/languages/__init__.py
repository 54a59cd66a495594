"""What the world's languages write: letters, encodings, calendars and names of columns."""

"""PostgreSQL: how a connection is made, trusted and kept."""

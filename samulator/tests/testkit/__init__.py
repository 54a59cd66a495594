"""What several tests use: ports, waiting, HTTP as bytes, doubles and the second application."""

"""Serves the HTTP API of an application as API Gateway does (payload format 2.0)."""

"""Traces of requests: what functions send to the X-Ray daemon, kept and drawn."""

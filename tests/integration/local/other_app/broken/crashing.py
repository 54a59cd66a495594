"""Fails at import."""

print("importing")
raise RuntimeError("broken at import")

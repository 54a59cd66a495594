"""Fails at import."""

print("importing")  # noqa: T201 - what the tests look for
raise RuntimeError("broken at import")

"""Returns each event, so that whoever watches the function sees what came, or fails when asked."""

import json


def handler(event, context):
    """Fails for an event that says FAIL anywhere, and quotes it."""
    text = json.dumps(event)
    if "FAIL" in text:
        raise RuntimeError(f"asked to fail: {text}")
    return event


def careful(event, context):
    """Fails for an event that says so at its top, and for none that quotes it."""
    if event.get("refuse"):
        raise RuntimeError("asked to fail")
    return event

"""Returns its event, or fails when that says so."""


def on_event(event, context):
    """Return the event and the request id."""
    if event.get("fail"):
        raise RuntimeError("asked to fail")
    return {"event": event, "request_id": context.aws_request_id}

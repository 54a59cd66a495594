"""Returns its event, or fails when that says so."""


def on_event(event, context):
    """Return the event, the request id and the ARN that was asked for."""
    if event.get("fail"):
        raise RuntimeError("asked to fail")
    arn = context.invoked_function_arn
    return {"event": event, "request_id": context.aws_request_id, "arn": arn}

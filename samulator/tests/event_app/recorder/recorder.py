"""Returns each event, so that whoever watches the function sees what came, or fails when asked."""

import json
import os
import urllib.request


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


def count(event, context):
    """Returns the event with its state, in which it counts the records of a window."""
    so_far = event["state"].get("count", 0)
    return {**event, "state": {"count": so_far + len(event["Records"])}}


def write_again(event, context):
    """Writes the next object into the bucket that told of the last, as boto3 would.

    Keys are PORT/NUMBER/LAST, by which a test says where S3 is and how far to go.
    """
    told = event["Records"][0]["s3"]
    port, number, last = told["object"]["key"].split("/")
    if number != last:
        request = urllib.request.Request(
            f"http://127.0.0.1:{port}/{told['bucket']['name']}/{port}/{int(number) + 1}/{last}",
            data=b"",
            method="PUT",
            headers={"X-Amzn-Trace-Id": os.environ["_X_AMZN_TRACE_ID"]},
        )
        urllib.request.urlopen(request).close()
    return event

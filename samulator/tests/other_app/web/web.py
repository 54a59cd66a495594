"""Answers HTTP events: with what the worker sees, with the event, or as the body asks."""

import json
import logging
import os
import sys
from pathlib import Path

import greeting
import shout


def handler(event, context):
    """Route by path."""
    path = event["rawPath"]
    if path == "/":
        return look_around(context)
    if path == "/reply":
        return json.loads(event["body"])
    logging.getLogger().warning("echo %s", path)
    return {"statusCode": 200, "body": json.dumps(event)}


def look_around(context):
    """Return what surrounds the function."""
    return {
        "greeting": shout.shout(greeting.hello("world")),
        "environment": dict(os.environ),
        "path": sys.path,
        "modules": sorted(sys.modules),
        "cwd": str(Path.cwd()),
        "argv": sys.argv,
        "remaining_ms": context.get_remaining_time_in_millis(),
        "arn": context.invoked_function_arn,
        "pid": os.getpid(),
    }

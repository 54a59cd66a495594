"""Does whatever a function should not do, by name."""

import logging
import os
import subprocess
import sys
import time


def handler(event, context):
    """Misbehave as the path or the event says."""
    how = event.get("how") or event["pathParameters"]["how"]
    return globals()[how](event)


def well(event):
    print("all is well")
    return {"statusCode": 200, "body": str(os.getpid())}


def exception(event):
    raise ValueError("no such luck")


def long_exception(event):
    raise ValueError("ü" * 50_000)


def logs_an_exception(event):
    try:
        raise ValueError("no such luck")
    except ValueError:
        logging.exception("caught")
    logging.warning("what follows")


def exit_at_once(event):
    os._exit(3)


def sys_exit(event):
    sys.exit(0)


def hang(event):
    child = subprocess.Popen(["sleep", "300"])
    print(f"about to hang with {child.pid}")
    time.sleep(60)


def garbage(event):
    return {"statusCode": "nonsense", "body": 5}


def unserialisable(event):
    return {1, 2, 3}


def seven_megabytes(event):
    return "x" * 7_000_000


def eat_memory(event):
    held = []
    while True:
        held.append(bytearray(b"x" * 10_000_000))
        time.sleep(0.01)


def chatter(event):
    for number in range(2000):
        print(f"line {number}")
    return "done"


def segfault(event):
    import ctypes

    ctypes.string_at(0)

"""invoke: runs one function of the running stack with an event from a file."""

import argparse
import base64
import json
import sys
from pathlib import Path

from botocore.config import Config
from botocore.exceptions import ClientError, EndpointConnectionError

from local.address import find_address
from local.aws.client import direct, local_session
from local.aws.config import REGION
from local.commands.command import Command, CommandFailed
from local.project import Project
from local.services.ports import InvalidPort
from local.state import StackNotRunning

_LONGEST_RUN_SECONDS = 900


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("function", help="logical id in template.yaml")
    parser.add_argument("-e", "--event", default="-", help="JSON file; - reads standard input")


def _invoke(arguments: argparse.Namespace, root: Path) -> None:
    event = _read_event(arguments.event)
    try:
        address = find_address("lambda_endpoint", Project(root).state)
    except (StackNotRunning, InvalidPort) as error:
        raise CommandFailed(str(error)) from error
    config = Config(read_timeout=_LONGEST_RUN_SECONDS, retries={"max_attempts": 0})
    session = local_session(REGION)
    client = session.client("lambda", endpoint_url=address.url, config=direct(config))
    try:
        answer = client.invoke(FunctionName=arguments.function, Payload=event, LogType="Tail")
    except EndpointConnectionError as error:
        raise CommandFailed(address.silence) from error
    except ClientError as error:
        raise CommandFailed(error.response["Error"]["Message"]) from error
    sys.stderr.write(base64.b64decode(answer.get("LogResult", "")).decode(errors="replace"))
    payload = answer["Payload"].read().decode()
    sys.stdout.write(f"{payload}\n")
    if "FunctionError" in answer:
        raise CommandFailed(f"{arguments.function} failed")


def _read_event(source: str) -> bytes:
    try:
        event = sys.stdin.buffer.read() if source == "-" else Path(source).read_bytes()
        json.loads(event)
    except OSError as error:
        raise CommandFailed(f"{source}: {error.strerror}") from error
    except ValueError as error:
        raise CommandFailed(f"{source}: not JSON: {error}") from error
    return event


INVOKE = Command("invoke", "run one function with an event", _invoke, _configure)

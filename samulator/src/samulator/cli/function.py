"""invoke: runs one function of the running stack with an event from a file."""

import argparse
import base64
import json
import sys
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING

from botocore.config import Config
from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    EndpointConnectionError,
    ReadTimeoutError,
)

from samulator.called import command
from samulator.cli.command import Command, CommandFailed
from samulator.control.address import find_address
from samulator.control.project import Project
from samulator.control.state import StackNotRunning
from samulator.servers.aws.client import direct, local_session
from samulator.servers.ports import InvalidPort
from samulator.template.names import DEFAULT_REGION

if TYPE_CHECKING:
    from mypy_boto3_lambda.client import LambdaClient
    from mypy_boto3_lambda.type_defs import InvocationResponseTypeDef

_LONGEST_RUN_SECONDS = 900
_NO_EVENT = b"{}"


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("function", help="logical id in template.yaml")
    parser.add_argument(
        "-e", "--event", help="JSON file; - reads standard input; without it what is piped, else {}"
    )


def _invoke(arguments: argparse.Namespace, root: Path) -> None:
    event = _read_event(arguments.event)
    try:
        address = find_address("lambda_endpoint", Project(root).state)
    except (StackNotRunning, InvalidPort) as error:
        raise CommandFailed(str(error)) from error
    config = Config(read_timeout=_LONGEST_RUN_SECONDS, retries={"max_attempts": 0})
    session = local_session(DEFAULT_REGION)
    client = session.client("lambda", endpoint_url=address.url, config=direct(config))
    try:
        answer = _answer(client, arguments.function, event)
    except EndpointConnectionError as error:
        raise CommandFailed(address.silence) from error
    except ConnectionClosedError as error:
        raise CommandFailed(
            f"{arguments.function} gave no answer: the stack stopped meanwhile; "
            f"{command('up')} starts it"
        ) from error
    except ReadTimeoutError as error:
        raise CommandFailed(
            f"{arguments.function} gave no answer within {_LONGEST_RUN_SECONDS} s and may still "
            f"run: {command('logs')} {arguments.function} shows what it does"
        ) from error
    except ClientError as error:
        raise CommandFailed(_refusal(error)) from error
    sys.stderr.write(base64.b64decode(answer.get("LogResult", "")).decode(errors="replace"))
    payload = answer["Payload"].read().decode()
    sys.stdout.write(f"{payload}\n")
    if "FunctionError" in answer:
        raise CommandFailed(f"{arguments.function} failed")


def _answer(client: "LambdaClient", function: str, event: bytes) -> "InvocationResponseTypeDef":
    """With the end of the log, which sam local neither gives nor lets be asked for."""
    try:
        return client.invoke(FunctionName=function, Payload=event, LogType="Tail")
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] != HTTPStatus.NOT_IMPLEMENTED:
            raise
    return client.invoke(FunctionName=function, Payload=event)


def _refusal(error: ClientError) -> str:
    message = error.response["Error"]["Message"]
    if error.response["ResponseMetadata"]["HTTPStatusCode"] == HTTPStatus.NOT_FOUND:
        return f"{message}; {command('check')} lists the functions"
    return message


def _read_event(source: str | None) -> bytes:
    """The event; without a source what is piped, and an empty one where nothing is."""
    if source is None and sys.stdin.isatty():
        return _NO_EVENT
    place = source or "-"
    try:
        event = sys.stdin.buffer.read() if place == "-" else Path(place).read_bytes()
        if source is None and not event.strip():
            return _NO_EVENT
        json.loads(event)
    except OSError as error:
        raise CommandFailed(f"{place}: {error.strerror}") from error
    except ValueError as error:
        raise CommandFailed(f"{place}: not JSON: {error}") from error
    return event


INVOKE = Command("invoke", "run one function with an event", _invoke, _configure)

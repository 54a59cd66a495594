"""What `make up` shows: one line per start, request, invocation and problem, colours on a tty."""

import json
import re
import sys
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, TextIO

from local.gateway.app import Exchange
from local.runtime.invocation import Invocation
from local.services.group import Started

_RED, _YELLOW, _GREEN, _DIM, _RESET = "\x1b[31m", "\x1b[33m", "\x1b[32m", "\x1b[2m", "\x1b[0m"
_ACCESS_LOG_FIELDS = {"method", "route", "status"}
_PLATFORM_LINES = ("START RequestId:", "END RequestId:", "REPORT RequestId:", "INIT_START ")
# The runtime client writes a paragraph on runtime updates before each unhandled error; the error
# itself is what helps.
_RUNTIME_ADVICE = re.compile(r"\[WARNING\]\t[^\t]*\t[^\t]*\tLAMBDA_WARNING: ")
# Fields of a JSON log line that the line's own columns already show, or that repeat on each.
_HIDDEN_FIELDS = {
    "level", "message", "timestamp", "location", "service", "cold_start", "function_name",
    "function_memory_size", "function_arn", "function_request_id", "xray_trace_id",
}  # fmt: skip


class Console:
    """Writes to a stream, and every function's log to a file of its own under `logs`."""

    def __init__(self, logs: Path, stream: TextIO = sys.stdout) -> None:
        self._logs = logs
        self._stream = stream
        self._colours = stream.isatty()
        self._keeps_logs = True

    def say(self, text: str) -> None:
        """One plain line."""
        self._stream.write(f"{text}\n")
        self._stream.flush()

    def started(self, started: Started) -> None:
        """One service answers."""
        self.say(f"  {started.title:<22}{started.address:<22}{started.seconds:5.1f} s")

    def preparing(self, what: str) -> None:
        """Something that takes seconds, the first time only."""
        self.say(f"  {what} (the first time only)")

    def ready(self, url: str) -> None:
        """The API is open."""
        self.say(f"  {'API':<22}{url}")
        self.say("Ready. Ctrl-C stops.")

    def reloaded(self, function: str, changed: str) -> None:
        """A function runs new code."""
        self.happened(f"{function}  reloaded: {changed} changed")

    def happened(self, text: str) -> None:
        """One line with the time of day."""
        self.say(f"{_clock()}  {text}")

    def went_wrong(self, text: str) -> None:
        """The same for what needs somebody's eye."""
        self.problem(f"{_clock()}  {text}")

    def problem(self, text: str) -> None:
        """One line that needs somebody's eye."""
        self.say(self._paint(text, _RED))

    def answered(self, exchange: Exchange) -> None:
        """One HTTP request."""
        colour = _GREEN if exchange.status < 400 else _YELLOW if exchange.status < 500 else _RED
        status = self._paint(str(exchange.status), colour)
        why = f"  {exchange.problem}" if exchange.problem else ""
        self.happened(
            f"{exchange.method:<6} {exchange.path}  {status}  {exchange.duration_ms:.0f} ms{why}"
        )

    def finished(self, invocation: Invocation) -> None:
        """One invocation; those of HTTP requests have their request's line."""
        if invocation.function_error:
            self.went_wrong(f"{invocation.function}  {_cause(invocation)}")
        elif not _is_http(invocation):
            cold = f", cold start {invocation.init_ms:.0f} ms" if invocation.init_ms else ""
            self.happened(f"{invocation.function}  ok  {invocation.duration_ms:.0f} ms{cold}")

    def logged(self, function: str, line: str) -> None:
        """One line of a function's log: to its file as it is, to the terminal readable."""
        self._keep(function, line)
        if line.startswith(_PLATFORM_LINES) or _is_access_log(line):
            return
        if text := readable(line):
            colour = _RED if text.startswith(("[ERROR]", "ERROR ")) else _DIM
            self.say(self._paint(f"          {function}  {text}", colour))

    def _keep(self, function: str, line: str) -> None:
        """A disk that is full costs the log, never the answer; it is said once."""
        try:
            self._logs.mkdir(parents=True, exist_ok=True)
            with (self._logs / f"{function}.log").open("a") as file:
                file.write(f"{line}\n")
        except OSError as error:
            if self._keeps_logs:
                self.went_wrong(f"{function}'s log in {self._logs} is lost: {error.strerror}")
            self._keeps_logs = False
        else:
            self._keeps_logs = True

    def _paint(self, text: str, colour: str) -> str:
        return f"{colour}{text}{_RESET}" if self._colours else text


def readable(line: str) -> str | None:
    """A JSON log line as `LEVEL message key=value`, other lines as they are.

    None for metrics and for the runtime client's advice on unhandled errors.
    """
    if _RUNTIME_ADVICE.match(line):
        return None
    if not line.startswith("{"):
        return line
    try:
        record: Mapping[str, Any] = json.loads(line)
    except json.JSONDecodeError:
        return line
    if "_aws" in record:
        return None
    if "message" not in record:
        return line
    fields = " ".join(
        f"{name}={value}" for name, value in record.items() if name not in _HIDDEN_FIELDS
    )
    return f"{record.get('level', '')} {record['message']} {fields}".strip()


def _is_access_log(line: str) -> bool:
    """A function's own record of a request; the terminal has the gateway's line already."""
    try:
        record = json.loads(line) if line.startswith("{") else {}
    except json.JSONDecodeError:
        return False
    return record.keys() >= _ACCESS_LOG_FIELDS and record.get("level") == "INFO"


def _is_http(invocation: Invocation) -> bool:
    """An answer of payload format 2.0 has a statusCode."""
    return invocation.payload.startswith(b'{"statusCode"')


def _cause(invocation: Invocation) -> str:
    try:
        error = json.loads(invocation.payload)
        return f"{error.get('errorType', 'error')}: {error.get('errorMessage', '')}"
    except (json.JSONDecodeError, AttributeError):
        return invocation.status


def _clock() -> str:
    return f"{datetime.now():%H:%M:%S}"

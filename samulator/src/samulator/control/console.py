"""What `samulator up` shows: a line per start, request, invocation and problem."""

import sys
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TextIO

from samulator.control.function_log import FunctionLogs, is_access_log, readable
from samulator.functions.invocation import Invocation, Trigger
from samulator.http.gateway.exchange import Exchange
from samulator.servers.group import Started

_RED, _YELLOW, _GREEN, _DIM, _RESET = "\x1b[31m", "\x1b[33m", "\x1b[32m", "\x1b[2m", "\x1b[0m"
_PLATFORM_LINES = ("START RequestId:", "END RequestId:", "REPORT RequestId:", "INIT_START ")


class Console:
    """Writes to a stream, and every function's log to a file of its own under `logs`."""

    def __init__(self, logs: Path, stream: TextIO = sys.stdout) -> None:
        self._logs = FunctionLogs(logs)
        self._stream = stream
        self._colours = stream.isatty()
        self._keeps_logs = True
        self._last: dict[str, str] = {}

    def say(self, text: str) -> None:
        """One plain line."""
        self._stream.write(f"{text}\n")
        self._stream.flush()

    def started(self, started: Started) -> None:
        """One service answers."""
        self.say(f"  {started.title:<22}{started.address:<22}{started.seconds:5.1f} s")

    def waits_for_calls(self, title: str, address: str) -> None:
        """One service starts when somebody calls it, which the application has no need to."""
        self.say(f"  {title:<22}{address:<22}  when called")

    def preparing(self, what: str) -> None:
        """Something that takes seconds, and is kept until what it is made of changes."""
        self.say(f"  {what} (kept until it changes)")

    def ready(
        self, urls: Mapping[str, str], lambda_endpoint: str, links: Mapping[str, str]
    ) -> None:
        """All doors are open; `urls` are those of APIs and function URLs by logical id.

        `links` are paths of the first of them, by name: where people begin.
        """
        places: dict[str, list[str]] = {}
        for name, url in urls.items():
            places.setdefault(url, []).append(name)
        for at, (url, names) in enumerate(places.items()):
            self.say(f"  {'API' if at == 0 else ', '.join(names):<21} {url}")
        self.say(f"  {'Lambda endpoint':<21} {lambda_endpoint}")
        for name, path in links.items() if places else ():
            self.say(f"  {name:<21} {next(iter(places)).rstrip('/')}{path}")
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
            cause = invocation.cause
            # What Lambda says itself is in the function's log, too.
            if cause.partition(": ")[2] != self._last.get(invocation.function):
                self.went_wrong(f"{invocation.function}  {cause}")
        elif invocation.trigger is not Trigger.HTTP:
            cold = f", cold start {invocation.init_ms:.0f} ms" if invocation.init_ms else ""
            self.happened(f"{invocation.function}  ok  {invocation.duration_ms:.0f} ms{cold}")

    def logged(self, function: str, line: str) -> None:
        """One line of a function's log: to its file as it is, to the terminal readable."""
        self._keep(function, line)
        if line.startswith(_PLATFORM_LINES) or is_access_log(line):
            return
        if text := readable(line):
            colour = _RED if text.startswith(("[ERROR]", "ERROR ")) else _DIM
            first, *more = text.splitlines() or [""]
            self._last[function] = text
            self.say(self._paint(f"{_clock()}  {function}  {first}", colour))
            for each in more:
                self.say(self._paint(f"          {each}", colour))

    def _keep(self, function: str, line: str) -> None:
        """A disk that is full costs the log, never the answer; it is said once."""
        try:
            self._logs.keep(function, line)
        except OSError as error:
            if self._keeps_logs:
                where = self._logs.folder
                self.went_wrong(f"{function}'s log in {where} is lost: {error.strerror}")
            self._keeps_logs = False
        else:
            self._keeps_logs = True

    def _paint(self, text: str, colour: str) -> str:
        return f"{colour}{text}{_RESET}" if self._colours else text


def _clock() -> str:
    return f"{datetime.now():%H:%M:%S}"

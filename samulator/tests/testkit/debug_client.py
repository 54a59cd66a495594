"""A client of the Debug Adapter Protocol, as an editor is one.

https://microsoft.github.io/debug-adapter-protocol/specification
"""

import json
import socket
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from testkit.timing import LONG_SECONDS, wait_until

_Message = Mapping[str, Any]


class DebugClient:
    """Attached to what listens on a port of this machine; one request at a time."""

    def __init__(self, port: int) -> None:
        self._connection = _connect(port)
        self._file = self._connection.makefile("rb")
        self._number = 0
        self._events: list[_Message] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()
        self._connection.close()

    def attach(self, breakpoints: Mapping[Path, list[int]]) -> list[bool]:
        """Attach as VS Code does; returns which of the breakpoints stand."""
        self.request("initialize", adapterID="python", clientID="tests", pathFormat="path")
        # Answered only when the configuration is done.
        self._send("attach", {"justMyCode": True})
        self.event("initialized")
        stand = []
        for path, lines in breakpoints.items():
            set_there = self.request(
                "setBreakpoints",
                source={"path": str(path)},
                breakpoints=[{"line": line} for line in lines],
            )
            stand += [each["verified"] for each in set_there["breakpoints"]]
        self.request("configurationDone")
        return stand

    def stopped(self) -> int:
        """The thread that stopped at a breakpoint; waits for it."""
        body = self.event("stopped")
        assert body["reason"] == "breakpoint", body
        return int(body["threadId"])

    def evaluate(self, thread: int, expression: str) -> str:
        """What an expression is in the innermost frame of a stopped thread."""
        frame = self.request("stackTrace", threadId=thread)["stackFrames"][0]
        return str(self.request("evaluate", expression=expression, frameId=frame["id"])["result"])

    def place(self, thread: int) -> tuple[str, int]:
        """File and line of the innermost frame."""
        frame = self.request("stackTrace", threadId=thread)["stackFrames"][0]
        return frame["source"]["path"], frame["line"]

    def request(self, command: str, **arguments: Any) -> _Message:
        """The body of the response; raises AssertionError where it failed."""
        number = self._send(command, arguments)
        while True:
            message = self._read()
            if message["type"] == "response" and message["request_seq"] == number:
                assert message["success"], message
                return message.get("body") or {}
            self._keep(message)

    def event(self, name: str) -> _Message:
        """The body of the next event of a name, which may have come already."""
        while True:
            for message in self._events:
                if message["event"] == name:
                    self._events.remove(message)
                    return message.get("body") or {}
            self._keep(self._read())

    def _keep(self, message: _Message) -> None:
        assert message.get("success", True), message
        if message["type"] == "event":
            self._events.append(message)

    def _send(self, command: str, arguments: Mapping[str, Any]) -> int:
        self._number += 1
        request = {"seq": self._number, "type": "request", "command": command}
        content = json.dumps({**request, "arguments": arguments}).encode()
        self._connection.sendall(b"Content-Length: %d\r\n\r\n%s" % (len(content), content))
        return self._number

    def _read(self) -> _Message:
        length = 0
        while line := self._file.readline().strip():
            name, _, value = line.partition(b": ")
            length = int(value) if name == b"Content-Length" else length
        assert length, "the debugger has gone"
        message: _Message = json.loads(self._file.read(length))
        return message


def _connect(port: int) -> socket.socket:
    """Once somebody listens there."""
    made: list[socket.socket] = []

    def is_connected() -> bool:
        with suppress(ConnectionRefusedError):
            made.append(socket.create_connection(("127.0.0.1", port), timeout=LONG_SECONDS))
        return bool(made)

    wait_until(is_connected)
    return made[0]

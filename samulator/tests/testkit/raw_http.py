"""Sends bytes to an HTTP server and reads whole messages: for what no HTTP client would send."""

import re
import socket
from contextlib import suppress
from dataclasses import dataclass

# How long a silent server is waited for: no test that passes comes near it.
_SECONDS = 20.0
_STATUS_LINE = re.compile(rb"HTTP/1\.[01] ([2-5]\d\d) [\t -~]*")
_HEADER = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+): ?([\t -~\x80-\xff]*)")


@dataclass(frozen=True)
class RawAnswer:
    """One message as it came; names are in lower case."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str | None:
        """The value; raises AssertionError where the header is there twice."""
        values = [value for known, value in self.headers if known == name]
        assert len(values) < 2, self
        return values[0] if values else None


def exchange(url: str, *parts: bytes, head: bool = False, ends: bool = True) -> list[RawAnswer]:
    """The final answers to the parts, sent one after the other, until the server closes.

    With `ends` the client says that it sends no more. Raises AssertionError where what comes is
    no sound HTTP, or comes never.
    """
    host, port = url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=_SECONDS) as connection:
        with suppress(ConnectionError):
            for part in parts:
                connection.sendall(part)
            if ends:
                connection.shutdown(socket.SHUT_WR)
        received = b""
        with suppress(ConnectionResetError):
            while more := connection.recv(65536):
                received += more
    return parse(received, head=head)


def parse(received: bytes, *, head: bool = False) -> list[RawAnswer]:
    """Raises AssertionError where it is not a row of whole messages. 100 Continue is left out."""
    answers = []
    while received:
        top, separator, rest = received.partition(b"\r\n\r\n")
        assert separator, f"a head without an end: {received[:200]!r}"
        if top.startswith(b"HTTP/1.1 100 "):
            received = rest
            continue
        answer, received = _answer(top.split(b"\r\n"), rest, head=head)
        answers.append(answer)
    return answers


def _answer(lines: list[bytes], rest: bytes, *, head: bool) -> tuple[RawAnswer, bytes]:
    status = _STATUS_LINE.fullmatch(lines[0])
    assert status, f"no status line: {lines[0]!r}"
    headers = []
    for line in lines[1:]:
        header = _HEADER.fullmatch(line)
        assert header, f"no header: {line!r}"
        headers.append((header[1].decode().lower(), header[2].decode()))
    answer = RawAnswer(int(status[1]), headers, b"")
    assert answer.header("transfer-encoding") is None, answer
    if head or answer.status in (204, 304):
        return answer, rest
    length = int(answer.header("content-length") or -1)
    assert 0 <= length <= len(rest), f"a body without an end: {lines} {rest[:200]!r}"
    return RawAnswer(answer.status, headers, rest[:length]), rest[length:]

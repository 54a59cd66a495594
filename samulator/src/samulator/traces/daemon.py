"""The X-Ray daemon as functions see it: segments by UDP, each in a datagram of its own.

https://docs.aws.amazon.com/xray/latest/devguide/xray-api-sendingdata.html#xray-api-daemon
"""

import asyncio
import json
from collections.abc import Callable

from samulator.traces.journal import Journal
from samulator.traces.segment import InvalidSegment

_LOOPBACK = "127.0.0.1"


class XRayDaemon:
    """Listens on a port of its own; `on_problem` gets a line for what cannot be kept.

    Each kind of problem is said once: a function may send the same at every request.
    """

    def __init__(self, journal: Journal, on_problem: Callable[[str], None]) -> None:
        self._journal = journal
        self._on_problem = on_problem
        self._said: set[str] = set()
        self._transport: asyncio.DatagramTransport | None = None

    async def start(self) -> str:
        """Listen; returns host:port as AWS_XRAY_DAEMON_ADDRESS has it. Raises OSError."""
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.create_datagram_endpoint(
            lambda: _Datagrams(self.take), local_addr=(_LOOPBACK, 0)
        )
        host, port = self._transport.get_extra_info("sockname")
        return f"{host}:{port}"

    def take(self, datagram: bytes) -> None:
        """Keep what a datagram holds: a line of JSON that names the format, then a document."""
        header, _, text = datagram.partition(b"\n")
        try:
            if json.loads(header).get("format") != "json":
                raise InvalidSegment("its header names another format than json")
            self.keep(json.loads(text))
        except (ValueError, AttributeError, RecursionError):
            self._say("A message to the X-Ray daemon is lost: it is no JSON, or has no header")
        except InvalidSegment as error:
            self._say(f"A message to the X-Ray daemon is lost: {error}")

    def keep(self, document: object) -> None:
        """Keep one document. Raises InvalidSegment."""
        try:
            self._journal.add(document)
        except OSError as error:
            self._say(f"Traces are lost: {error.filename or 'the file'}: {error.strerror}")

    def close(self) -> None:
        """Stop listening."""
        if self._transport is not None:
            self._transport.close()

    def _say(self, problem: str) -> None:
        if problem not in self._said:
            self._said.add(problem)
            self._on_problem(problem)


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, take: Callable[[bytes], None]) -> None:
        self._take = take

    def datagram_received(self, data: bytes, addr: object) -> None:  # noqa: ARG002 - asyncio's
        self._take(data)

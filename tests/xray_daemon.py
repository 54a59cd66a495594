"""A daemon of X-Ray for tests: what functions in this process send to it, as segments."""

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

from samulator.traces.segment import Segment, segments

ROOT = "1-67000000-000000000000000000000001"
FUNCTION = "00000000000000aa"  # the segment of the function itself


@dataclass(frozen=True)
class SentSpans:
    """`text` is all that was sent since it was last asked for, `spans` what it says."""

    text: str
    spans: tuple[Segment, ...]

    def named(self, name: str) -> list[Segment]:
        return [span for span in self.spans if span.name == name]


@dataclass(frozen=True)
class Daemon:
    """Loopback has a datagram in the receiver's buffer when its sending is over."""

    receiver: socket.socket

    def received(self) -> SentSpans:
        documents = []
        while True:
            try:
                datagram = self.receiver.recv(1 << 16)
            except BlockingIOError:
                break
            header, _, document = datagram.decode().partition("\n")
            assert json.loads(header) == {"format": "json", "version": 1}
            documents.append(document)
        spans = [span for one in documents for span in segments(json.loads(one))]
        return SentSpans("\n".join(documents), tuple(spans))


@contextmanager
def traced(*, tracing: str = "on", sampled: bool = True) -> Iterator[Daemon]:
    """Inside, functions of this process are traced as on Lambda, in the trace of ROOT."""
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver,
        pytest.MonkeyPatch.context() as patch,
    ):
        receiver.bind(("127.0.0.1", 0))
        receiver.setblocking(False)
        patch.setenv("TRACING", tracing)
        patch.setenv("AWS_XRAY_DAEMON_ADDRESS", f"127.0.0.1:{receiver.getsockname()[1]}")
        header = f"Root={ROOT};Parent={FUNCTION};Sampled={int(sampled)};Lineage=a:1"
        patch.setenv("_X_AMZN_TRACE_ID", header)
        yield Daemon(receiver)

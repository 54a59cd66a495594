"""What Lambda itself does for a trace: it names it to the function, and sends its segment."""

import re
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from samulator.functions.occasion import fields_of
from samulator.traces.daemon import XRayDaemon
from samulator.traces.journal import Journal

TRACES_FILE = "traces.jsonl"  # in the state's folder
_ROOT = re.compile(r"1-[0-9a-f]{8}-[0-9a-f]{24}")
_PARENT = re.compile(r"[0-9a-f]{16}")


@dataclass(frozen=True)
class TraceHeader:
    """X-Amzn-Trace-Id of one invocation; `segment_id` is that of the function's own segment.

    `parent_id` is whose work it is part of, as the header of its cause says. On AWS a rule decides
    which invocations of active tracing are sampled; here all of them are.
    """

    root: str
    segment_id: str
    parent_id: str | None
    is_sampled: bool

    def __str__(self) -> str:
        return f"Root={self.root};Parent={self.segment_id};Sampled={int(self.is_sampled)}"


def continued(trace: str | None, *, is_active: bool) -> TraceHeader:
    """The header for the invocation that comes of a request with `trace`, if it has one."""
    pairs = (part.strip().partition("=") for part in unquote(trace or "").split(";"))
    parts = {name: value for name, _, value in pairs}
    root, parent = parts.get("Root", ""), parts.get("Parent", "")
    if not _ROOT.fullmatch(root):
        root = f"1-{int(time.time()):08x}-{secrets.token_hex(12)}"
    return TraceHeader(
        root,
        secrets.token_hex(8),
        parent if _PARENT.fullmatch(parent) else None,
        is_active or parts.get("Sampled") == "1",
    )


@dataclass(frozen=True)
class FunctionSegment:
    """The segment of one invocation that began now."""

    header: TraceHeader
    name: str
    request_id: str
    started: float = field(default_factory=time.time)

    def ended(self, event: bytes, answer: bytes, *, failed: bool) -> dict[str, Any]:
        """The document, as Lambda sends it at the end; and what the event was, for the list."""
        told = fields_of(event, answer)
        annotations = {"function_request_id": self.request_id, **told.pop("annotations", {})}
        return {
            "trace_id": self.header.root,
            "id": self.header.segment_id,
            "name": self.name,
            "origin": "AWS::Lambda::Function",
            "start_time": self.started,
            "end_time": time.time(),
            "aws": {"request_id": self.request_id},
            "annotations": annotations,
            **told,
            **({"fault": True} if failed else {}),
            **({"parent_id": self.header.parent_id} if self.header.parent_id else {}),
        }


class Tracing:
    """The daemon of a stack that keeps traces; without a file there is none."""

    def __init__(self, file: Path | None, on_problem: Callable[[str], None]) -> None:
        self._daemon = XRayDaemon(Journal(file), on_problem) if file else None
        self.address: str | None = None

    async def start(self) -> None:
        """Listen at `address`, host:port. Raises OSError."""
        if self._daemon is not None:
            self.address = await self._daemon.start()

    def close(self) -> None:
        """Stop listening."""
        if self._daemon is not None:
            self._daemon.close()

    def ended(self, segment: FunctionSegment, event: bytes, answer: bytes, *, failed: bool) -> None:
        """Keep the segment of an invocation that is over, if it is sampled."""
        if self._daemon is not None and segment.header.is_sampled:
            self._daemon.keep(segment.ended(event, answer, failed=failed))

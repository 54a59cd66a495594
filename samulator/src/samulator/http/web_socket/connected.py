"""Who is connected: one client's connection, and all those of an API."""

import base64
import os
import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

_CONNECTION_ID = re.compile(r"[A-Za-z0-9_-]{15}=")


@dataclass(frozen=True)
class Farewell:
    """How a connection ended: the code of its closing frame, and the reason."""

    code: int
    reason: str


GOING_AWAY = Farewell(1001, "Going away")
LOST = Farewell(1006, "Connection closed abnormally")
CLOSED_NORMALLY = Farewell(1000, "Connection Closed Normally")


@dataclass
class Connected:
    """One client. Times are seconds since 1970; `closing` is how this side ends it.

    `authorizer` is requestContext.authorizer of every event, None without an authorizer.
    """

    stage: str
    host: str
    source_ip: str
    user_agent: str | None
    id: str = field(default_factory=lambda: new_id())
    connected_at: float = field(default_factory=time.time)
    last_active_at: float = field(default_factory=time.time)
    authorizer: Mapping[str, Any] | None = None
    socket: web.WebSocketResponse = field(default_factory=web.WebSocketResponse)
    closing: Farewell | None = None

    @property
    def identity(self) -> dict[str, str]:
        """Return requestContext.identity."""
        agent = {} if self.user_agent is None else {"userAgent": self.user_agent}
        return {**agent, "sourceIp": self.source_ip}

    async def send(self, text: str) -> None:
        """Send a message. Raises ConnectionError where the client is gone."""
        await self.socket.send_str(text)
        self.last_active_at = time.time()

    async def send_data(self, data: bytes) -> None:
        """The same for bytes, which are text where they can be."""
        try:
            text = data.decode()
        except UnicodeDecodeError:
            await self.socket.send_bytes(data)
            self.last_active_at = time.time()
        else:
            await self.send(text)

    async def close(self, farewell: Farewell) -> None:
        """End the connection; the first to do so says how."""
        if self.closing is None:
            self.closing = farewell
            await self.socket.close(code=farewell.code, message=farewell.reason.encode())


class Connections:
    """The clients of one API that are there."""

    def __init__(self) -> None:
        self._by_id: dict[str, Connected] = {}

    def add(self, connected: Connected) -> Callable[[], object]:
        """Take one in; what is returned takes it out again."""
        self._by_id[connected.id] = connected
        return lambda: self._by_id.pop(connected.id, None)

    def find(self, stage: str, connection_id: str) -> Connected | None:
        """Return the client of this id, None for one that left."""
        found = self._by_id.get(connection_id)
        is_here = found is not None and found.stage == stage and found.closing is None
        return found if is_here else None

    def __iter__(self) -> Iterator[Connected]:
        return iter([*self._by_id.values()])

    def __len__(self) -> int:
        return len(self._by_id)


def new_id() -> str:
    """Return an id that looks like API Gateway's."""
    return base64.urlsafe_b64encode(os.urandom(11)).decode()


def is_connection_id(text: str) -> bool:
    """Whether a text can be the id of a connection."""
    return _CONNECTION_ID.fullmatch(text) is not None


def iso(seconds: float) -> str:
    """Return a time as @connections has it."""
    at = datetime.fromtimestamp(seconds, UTC)
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z"

"""Functions of a test: Python in place of worker processes, behind the seam of the doors."""

import asyncio
import json
from collections.abc import Callable, Mapping
from typing import Any

from samulator.functions.invocation import Invocation, Trigger

Handler = Callable[[dict[str, Any]], object]


class Failure(Exception):
    """A handler raised an error of this type and text."""


class FakeFunctions:
    """Runs handlers by the function's name; None is one that never answers."""

    def __init__(self, handlers: Mapping[str, Handler | None]) -> None:
        self._handlers = handlers
        self.invoked: list[str] = []
        self.events: list[dict[str, Any]] = []

    async def invoke(
        self, name: str, payload: bytes, *, trigger: Trigger, trace: str | None = None
    ) -> Invocation:
        event = json.loads(payload)
        self.invoked.append(name)
        self.events.append(event)
        handler = self._handlers[name.partition(":")[0]]
        if handler is None:
            await asyncio.Event().wait()
        assert handler is not None
        try:
            result = handler(event)
        except Failure as failure:
            kind, text = failure.args
            error = json.dumps({"errorType": kind, "errorMessage": text}).encode()
            return Invocation(name, "id", error, "Unhandled", trigger=trigger)
        return Invocation(name, "id", json.dumps(result).encode(), trigger=trigger)


def failing(kind: str, text: str) -> Handler:
    """A handler that raises."""

    def handler(_event: dict[str, Any]) -> object:
        raise Failure(kind, text)

    return handler


def returned(body: str, status: int = 200) -> dict[str, Any]:
    """A response as functions return it."""
    return {"statusCode": status, "body": body}

"""The HTTP API as a web application."""

from collections.abc import Callable
from dataclasses import dataclass

from aiohttp import web

from local.runtime.functions import Functions
from local.template.model import Application


@dataclass(frozen=True)
class Exchange:
    """One answered HTTP request. `function` is None when no route matched (or for CORS)."""

    method: str
    path: str
    status: int
    duration_ms: float
    function: str | None
    request_id: str


def create_gateway(
    application: Application,
    functions: Functions,
    *,
    observe: Callable[[Exchange], None] | None = None,
) -> web.Application:
    """Return the application that answers the routes of `application`'s HTTP API."""
    raise NotImplementedError

"""Takes calls of @connections that functions send to an API's own host on AWS.

Their clients are led here by their workers (`functions/execute_api.py`), on a port that is known
before any function runs and that is beside another interface.
"""

import re
from collections.abc import Mapping
from http import HTTPStatus

from aiohttp import web

from samulator.functions.execute_api import PREFIX
from samulator.http.gateway.request import target_of
from samulator.http.server.server import Interface, Refusal
from samulator.http.web_socket.door import WebSocketDoor
from samulator.http.web_socket.management import error

_PATH = re.compile(rf"{re.escape(PREFIX)}/(?P<api>[^/]+)(?P<rest>/.*)?")


class ExecuteApi:
    """Answers calls below PREFIX by the API that they name, and leaves the rest to `interface`."""

    def __init__(self, interface: Interface, doors: Mapping[str, WebSocketDoor]) -> None:
        """`doors` are by the logical ids of their APIs, in any case: hosts have none."""
        self._interface = interface
        self._doors = {name.lower(): door for name, door in doors.items()}
        self.policy = interface.policy

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer a request."""
        found = _PATH.fullmatch(target_of(request.raw_path).partition("?")[0])
        if found is None:
            return await self._interface.answer(request)
        door = self._doors.get(found["api"].lower())
        if door is None:
            problem = f"no WebSocket API {found['api']} is in this template"
            return error(HTTPStatus.FORBIDDEN, "ForbiddenException", problem)
        return await door.manage(request, found["rest"] or "/")

    def refuse(self, request: web.BaseRequest, refusal: Refusal) -> web.Response:
        """Word it as the interface does."""
        return self._interface.refuse(request, refusal)

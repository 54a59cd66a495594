"""@connections: sends to a client, says who it is, sends it away.

https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-how-to-call-websocket-api-connections.html
"""

import json
import re
from http import HTTPStatus
from urllib.parse import unquote

from aiohttp import web

from samulator.http.server.answer import Answer
from samulator.http.server.body import BodyRefused, receive
from samulator.http.server.frames import MESSAGE_LIMIT
from samulator.http.web_socket.connected import (
    CLOSED_NORMALLY,
    Connected,
    Connections,
    is_connection_id,
    iso,
)
from samulator.template.model_web_socket import DEFAULT

_PATH = re.compile(r"(?:/(?P<stage>[^/]+))?/@connections/(?P<id>[^/]+)/?")
_METHODS = "DELETE, GET, POST"


class Management:
    """@connections of one API."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def serves(self, path: str) -> bool:
        """Whether a path, as sent, is one of @connections."""
        return _PATH.fullmatch(unquote(path)) is not None

    async def answer(self, request: web.BaseRequest, path: str) -> web.Response:
        """Answer a call, at the path of its stage as sent."""
        found = _PATH.fullmatch(unquote(path))
        stage, connection_id = (found["stage"], found["id"]) if found else (None, "")
        if not is_connection_id(connection_id):
            return error(
                HTTPStatus.BAD_REQUEST,
                "BadRequestException",
                f"Invalid connectionId: {connection_id}",
            )
        connected = self._connections.find(stage or DEFAULT, connection_id)
        if connected is None:
            return error(HTTPStatus.GONE, "GoneException")
        if request.method == "POST":
            return await _post(request, connected)
        if request.method == "GET":
            return _json(_shown(connected))
        if request.method == "DELETE":
            await connected.close(CLOSED_NORMALLY)
            return Answer(status=HTTPStatus.NO_CONTENT)
        refused = error(HTTPStatus.METHOD_NOT_ALLOWED, "ForbiddenException", "Method Not Allowed")
        refused.headers["Allow"] = _METHODS
        return refused


async def _post(request: web.BaseRequest, connected: Connected) -> web.Response:
    try:
        data = await receive(request, MESSAGE_LIMIT)
    except BodyRefused as refusal:
        if refusal.status is HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
            return error(refusal.status, "PayloadTooLargeException", "Message too long")
        return error(refusal.status, "BadRequestException", str(refusal))
    try:
        await connected.send_data(data)
    except ConnectionError:
        # It left while the call was on its way.
        return error(HTTPStatus.GONE, "GoneException")
    return Answer(status=HTTPStatus.OK)


def _shown(connected: Connected) -> dict[str, object]:
    agent = connected.user_agent or ""
    return {
        "connectedAt": iso(connected.connected_at),
        "identity": {"sourceIp": connected.source_ip, "userAgent": agent},
        "lastActiveAt": iso(connected.last_active_at),
    }


def error(status: HTTPStatus, code: str, text: str | None = None) -> web.Response:
    """Return an error as clients of AWS read it."""
    answer = _json({"message": text}, status) if text else Answer(status=status)
    answer.headers["x-amzn-ErrorType"] = code
    return answer


def _json(document: object, status: HTTPStatus = HTTPStatus.OK) -> web.Response:
    body = json.dumps(document).encode()
    return Answer(status=status, body=body, content_type="application/json")

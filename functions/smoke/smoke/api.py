"""What the user API has to do before it gets a request: answer, and keep a user."""

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from smoke.versions import Unfit

Invoke = Callable[[Mapping[str, object]], Any]
_SCOPES = "users:read users:write datasets:read datasets:write"


@dataclass(frozen=True)
class Answer:
    status: int
    body: Any


def check_api(candidate: Invoke, live: Invoke | None, name: str) -> None:
    """Raises Unfit with the first thing that `candidate` does not do.

    A backend that it cannot reach and `live`, the version that takes requests now, can is a fault
    of the release. One that neither reaches is down, and newer code is not worse for that.
    """
    _check_backends(candidate, live)
    _check_a_user(candidate, name)


def _check_backends(candidate: Invoke, live: Invoke | None) -> None:
    down = _unreachable(candidate)
    if down and live is not None:
        down -= _unreachable(live)
    if down:
        raise Unfit(f"GET /status/ready: {', '.join(sorted(down))} cannot be reached")


def _unreachable(invoke: Invoke) -> set[str]:
    answer = call(invoke, "GET", "/status/ready")
    if answer.status not in (200, 503) or not isinstance(answer.body, dict):
        raise Unfit(f"GET /status/ready answered {answer.status}")
    return {str(backend) for backend, state in answer.body.items() if state == "down"}


def _check_a_user(invoke: Invoke, name: str) -> None:
    """Made, read, removed, gone; removed also where reading failed."""
    user = {"name": "Release check", "email": f"{name}@example.com", "role": "release-check"}
    path = f"/users/{user['email']}"  # decoded, as API Gateway gives it
    _expect(201, invoke, "POST", "/users/", user)
    try:
        found = _expect(200, invoke, "GET", path)
        if not isinstance(found, dict) or {key: found.get(key) for key in user} != user:
            raise Unfit("GET /users/{email} answered another user than was created")
    except Unfit:
        with suppress(Unfit):
            call(invoke, "DELETE", path)
        raise
    _expect(204, invoke, "DELETE", path)
    _expect(404, invoke, "GET", path)


def _expect(
    status: int, invoke: Invoke, method: str, path: str, body: Mapping[str, object] | None = None
) -> Any:  # noqa: ANN401 - JSON
    answer = call(invoke, method, path, body)
    if answer.status != status:
        place = "/users/{email}" if path != "/users/" else path
        raise Unfit(f"{method} {place} answered {answer.status}, not {status}")
    return answer.body


def call(
    invoke: Invoke, method: str, path: str, body: Mapping[str, object] | None = None
) -> Answer:
    """What a version answers to a request of API Gateway. Raises Unfit where it is no answer."""
    answer = invoke(_event(method, path, body))
    if not isinstance(answer, dict) or not isinstance(answer.get("statusCode"), int):
        raise Unfit(f"{method} {path.split('@')[0]} was not answered as API Gateway needs it")
    return Answer(answer["statusCode"], _json(str(answer.get("body") or "null")))


def _json(text: str) -> Any:  # noqa: ANN401 - JSON
    try:
        return json.loads(text)
    except ValueError:
        return None


def _event(method: str, path: str, body: Mapping[str, object] | None) -> dict[str, object]:
    """As API Gateway sends it (payload version 2.0), with the claims of a verified token."""
    return {
        "version": "2.0",
        "routeKey": "ANY /{proxy+}",
        "rawPath": path,
        "rawQueryString": "",
        "headers": {"host": "release-check", "content-type": "application/json"},
        "requestContext": {
            "authorizer": {"jwt": {"claims": {"sub": "release-check", "scope": _SCOPES}}},
            "http": {"method": method, "path": path, "sourceIp": "127.0.0.1"},
            "requestId": "release-check",
            "routeKey": "ANY /{proxy+}",
            "stage": "$default",
        },
        "body": None if body is None else json.dumps(body),
        "isBase64Encoded": False,
    }

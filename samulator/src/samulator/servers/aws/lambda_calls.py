"""Passes calls of Lambda on to the Lambda endpoint: whoever knows one address reaches both."""

import http.client
import re
import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from werkzeug.wrappers import Request, Response

from samulator.servers.aws.services import refusing

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_API = ("/2015-03-31/functions/", "/2021-11-15/functions/")
# The prefix is that of functions/execute_api.py, which stands above this room.
_CONNECTIONS = re.compile(r"/execute-api/([^/]+)(/.*)?/@connections/.*")
_SECONDS = 900
_PAUSE_SECONDS = 0.2
# Of one connection, not of the call.
_HOP = frozenset(("connection", "content-length", "date", "host", "server", "transfer-encoding"))


def is_for_lambda(environ: "WSGIEnvironment") -> bool:
    """Whether the Lambda endpoint answers: calls about a function, and those of @connections."""
    path = str(environ["PATH_INFO"])
    return path.startswith(_API) or _CONNECTIONS.fullmatch(path) is not None


def called_connections(path: str) -> tuple[str, str] | None:
    """Return the API of a call of @connections, in lower case, and what it asks of that."""
    found = _CONNECTIONS.fullmatch(path)
    return None if found is None else (found[1], path.partition(found[1])[2])


def lambda_calls(
    url: str | None, *, sleep: Callable[[float], None] = time.sleep
) -> "WSGIApplication":
    """An application that asks the Lambda endpoint at `url` and answers what it answers.

    Who calls before the functions are built waits for them, as a task of a state machine may.
    """
    if url is None:
        return refusing("no functions run beside these services")
    place = urlsplit(url)

    def ask(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        request = Request(environ)
        connection = http.client.HTTPConnection(place.netloc, timeout=_SECONDS)
        try:
            connect_when_open(connection, sleep)
            path = str(environ.get("RAW_URI") or environ["REQUEST_URI"])
            headers = {n: v for n, v in request.headers.items() if n.lower() not in _HOP}
            connection.request(request.method, path, request.get_data(), headers)
            answer = connection.getresponse()
            body = answer.read()
        except OSError as error:
            return refusing(f"the Lambda endpoint at {url} does not answer: {error}")(
                environ, start_response
            )
        finally:
            connection.close()
        told = [(n, v) for n, v in answer.getheaders() if n.lower() not in _HOP]
        return Response(body, answer.status, told)(environ, start_response)

    return ask


def connect_when_open(
    connection: http.client.HTTPConnection, sleep: Callable[[float], None]
) -> None:
    """Raises OSError, of a port that takes no connections only after the longest invoke's time."""
    for _ in range(int(_SECONDS / _PAUSE_SECONDS)):
        try:
            connection.connect()
        except ConnectionRefusedError:
            sleep(_PAUSE_SECONDS)
        else:
            return
    connection.connect()

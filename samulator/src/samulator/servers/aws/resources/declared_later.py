"""Makes what the template declares and what was not known yet when the process started.

That is what depends on custom resources, which functions make while the services answer already.
"""

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING

from werkzeug.wrappers import Request, Response

from samulator.servers.aws.own_pages import OwnPagesOnly
from samulator.servers.aws.resources.api import Api
from samulator.servers.aws.resources.create import create_resources
from samulator.servers.aws.resources.declaration import is_declaration, read_declaration

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


class DeclaredLater:
    """WSGI middleware: answers with a line for each resource that could not be made wholly."""

    def __init__(self, app: "WSGIApplication", api: Api) -> None:
        self._app = app
        self._api = api
        self._guarded = OwnPagesOnly(self._make)

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        serve = self._guarded if is_declaration(environ) else self._app
        return serve(environ, start_response)

    def _make(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        resources = read_declaration(Request(environ).get_data())
        lines = [problem.line for problem in create_resources(resources, self._api)]
        answer = Response(json.dumps(lines), content_type="application/json")
        return answer(environ, start_response)

"""Keeps web pages of others out of the local S3 and SQS, which answer anybody on loopback."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from markupsafe import escape
from werkzeug.wrappers import Response

from local.caller import is_foreign_origin, is_local_host

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


class OwnPagesOnly:
    """WSGI middleware: answers 403 to pages of others, where moto's CORS lets in any."""

    def __init__(self, app: "WSGIApplication") -> None:
        self._app = app

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        origin, host = environ.get("HTTP_ORIGIN"), str(environ.get("HTTP_HOST", ""))
        if is_foreign_origin(origin) or not is_local_host(host):
            text = f"Web pages of {origin or host} have no access"
            body = f"<Error><Code>AccessDenied</Code><Message>{escape(text)}</Message></Error>"
            refusal = Response(body, 403, content_type="application/xml")
            return refusal(environ, start_response)
        return self._app(environ, start_response)

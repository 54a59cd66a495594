"""Keeps web pages of others out of the local S3 and SQS, which answer anybody on loopback."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from markupsafe import escape
from werkzeug.wrappers import Response

from samulator.http.server.origin import OriginPolicy

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


class OwnPagesOnly:
    """WSGI middleware: answers 403 to pages of others, where moto's CORS lets in any."""

    def __init__(self, app: "WSGIApplication") -> None:
        self._app = app
        self._policy = OriginPolicy()
        self._policy_for_links = OriginPolicy(links=True)

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        policy = self._policy if _acts(environ) else self._policy_for_links
        if problem := policy.refusal(_headers(environ)):
            text = problem[:1].upper() + problem[1:]
            body = f"<Error><Code>AccessDenied</Code><Message>{escape(text)}</Message></Error>"
            refusal = Response(body, 403, content_type="application/xml")
            return refusal(environ, start_response)
        return self._app(environ, start_response)


def _acts(environ: "WSGIEnvironment") -> bool:
    """Whether following a link would do something: SQS takes its calls as URLs, too."""
    return "Action" in parse_qs(str(environ.get("QUERY_STRING", "")), keep_blank_values=True)


def _headers(environ: "WSGIEnvironment") -> Iterator[tuple[str, str]]:
    for name, value in environ.items():
        if name.startswith("HTTP_"):
            yield name.removeprefix("HTTP_").replace("_", "-"), str(value)

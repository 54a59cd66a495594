"""What stands before the store: each request is checked, its body held until it proved whole."""

import logging
import tempfile
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from samulator.servers.aws.s3.errors import S3Error
from samulator.servers.aws.s3.form import is_form, read_form
from samulator.servers.aws.s3.form_put import answer_to_form, as_put
from samulator.servers.aws.s3.integrity import receive
from samulator.servers.aws.s3.names import check_length, check_names
from samulator.servers.aws.s3.operations import check_operation
from samulator.servers.aws.s3.request import Reply, S3Request
from samulator.servers.aws.s3.signature import check_presigned

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_logger = logging.getLogger(__name__)
_IN_MEMORY = 16 << 20
_READS = ("GET", "HEAD", "OPTIONS")
_CHECKS: tuple[Callable[[S3Request], None], ...] = (
    check_names,
    check_operation,
    check_presigned,
    check_length,
)


class S3Edge:
    """WSGI middleware: what it passes on is a plain request with the body that was meant."""

    def __init__(self, app: "WSGIApplication") -> None:
        self._app = app

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        try:
            request = S3Request.of(environ)
            for check in _CHECKS:
                check(request)
            return self._passed_on(request, start_response)
        except S3Error as error:
            return _refused(error, environ, start_response)
        except Exception:
            _logger.exception("S3: %s %s", environ["REQUEST_METHOD"], environ["PATH_INFO"])
            message = "We encountered an internal error. Please try again."
            return _refused(S3Error("InternalError", message, 500), environ, start_response)

    def _passed_on(self, request: S3Request, start_response: "StartResponse") -> Iterable[bytes]:
        if request.method in _READS:
            return self._app(request.environ, start_response)
        # All of it before the store: a client that stalls must hold up nobody else.
        with tempfile.SpooledTemporaryFile(_IN_MEMORY) as body:
            receive(request, body)
            request.environ["wsgi.input"] = body
            if is_form(request):
                return self._stored(request, start_response)
            return self._app(request.environ, start_response)

    def _stored(self, request: S3Request, start_response: "StartResponse") -> Iterable[bytes]:
        """Carries out a form and answers as S3 answers to one."""
        form = read_form(request)
        put = S3Request.of(as_put(request, form))
        check_names(put)
        with tempfile.SpooledTemporaryFile(_IN_MEMORY) as body:
            receive(put, body)
            put.environ["wsgi.input"] = body
            stored = self._answer(put.environ)
        if stored.status_code >= 400:
            return stored(request.environ, start_response)
        url = f"http://{request.header('host')}{put.path}"
        status, headers, content = answer_to_form(form, url, stored.headers)
        return Reply(content, status, headers)(request.environ, start_response)

    def _answer(self, environ: "WSGIEnvironment") -> Reply:
        """Of the store itself, whose request must stay this very environ."""
        head: list[tuple[str, list[tuple[str, str]]]] = []

        def start(
            status: str, headers: list[tuple[str, str]], _exc_info: object = None
        ) -> Callable[[bytes], object]:
            head.append((status, headers))
            return lambda _written: None

        body = b"".join(self._app(environ, start))
        status, headers = head[-1]
        return Reply([body], status, headers)


def _refused(
    error: S3Error, environ: "WSGIEnvironment", start_response: "StartResponse"
) -> Iterable[bytes]:
    status, headers, body = error.answer(environ["REQUEST_METHOD"])
    origin = environ.get("HTTP_ORIGIN")
    if origin is not None:
        headers["Access-Control-Allow-Origin"] = origin
    return Reply(body, status, headers)(environ, start_response)

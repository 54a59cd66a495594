"""Hands on what each request created, changed or removed, in the order it was done."""

import threading
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from samulator.servers.aws.notifications import ObjectChange
from samulator.servers.aws.s3.request import S3Request

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

# Where the store notes in a request's environ what the request changed.
CHANGES = "local.s3.changes"
_READS = ("GET", "HEAD", "OPTIONS")

# Takes a request, the status of its answer, and what it changed; what it raises is the answer.
Record = Callable[[S3Request, int, Sequence[ObjectChange]], None]


class S3Observer:
    """WSGI middleware: passes requests on and records the `ObjectChange`s that they noted.

    Writes are carried out and recorded one at a time, so that records come in the order in which
    S3 took the writes, and a conditional write is decided on what is there. Nothing is answered
    before it was recorded.
    """

    def __init__(self, app: "WSGIApplication", record: Record) -> None:
        self._app = app
        self._record = record
        self._one_write = threading.Lock()

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] in _READS:
            return self._app(environ, start_response)
        changes: list[ObjectChange] = []
        environ[CHANGES] = changes
        answers: list[tuple[str, list[tuple[str, str]]]] = []

        def hold(
            status: str, headers: list[tuple[str, str]], _exc_info: object = None
        ) -> Callable[[bytes], object]:
            answers.append((status, headers))
            return lambda _written: None

        with self._one_write:
            chunks = [*self._app(environ, hold)]
            status, headers = answers[-1]
            self._record(S3Request.of(environ), int(status.split()[0]), changes)
        start_response(status, headers)
        return chunks

"""Tells of each object that a request created, changed or removed, in the order it was done."""

import threading
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from samulator.servers.aws.notifications import ObjectChange

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

# Where the store notes in a request's environ what the request changed.
CHANGES = "local.s3.changes"
_READS = ("GET", "HEAD", "OPTIONS")


class S3Observer:
    """WSGI middleware: passes requests on and reports the `ObjectChange`s that they noted.

    Writes are carried out and reported one at a time, so that reports come in the order in which
    S3 took the writes, and a conditional write is decided on what is there.
    """

    def __init__(
        self, app: "WSGIApplication", reports: Sequence[Callable[[ObjectChange], None]]
    ) -> None:
        self._app = app
        self._reports = reports
        self._one_write = threading.Lock()

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] in _READS:
            return self._app(environ, start_response)
        changes: list[ObjectChange] = []
        environ[CHANGES] = changes
        with self._one_write:
            chunks = [*self._app(environ, start_response)]
            for change in changes:
                for report in self._reports:
                    report(change)
        return chunks

"""Watches the requests that S3 answers and tells of each object created or removed.

moto's own notifications lack sequencers and versions and fire twice for a multipart upload;
what a client asked and what S3 answered says all that an event needs.
"""

import ipaddress
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

from werkzeug.datastructures import Headers
from werkzeug.exceptions import ClientDisconnected
from werkzeug.test import Client
from werkzeug.wrappers import Response
from werkzeug.wsgi import get_input_stream

from local.aws.notifications import ObjectChange
from local.aws.writes import Answer, Change, ReadChanges, reader_of

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_IN_MEMORY = 16 << 20


class S3Observer:
    """WSGI middleware: passes requests on and reports `ObjectChange`s that succeeded.

    Writes to watched buckets are carried out and reported one at a time, so that the reports
    come in the order in which S3 took the writes.
    """

    def __init__(
        self, app: "WSGIApplication", buckets: set[str], report: Callable[[ObjectChange], None]
    ) -> None:
        self._app = app
        self._buckets = buckets
        self._report = report
        self._client = Client(app, Response)
        self._one_write = threading.Lock()

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        place = self._object_of(environ)
        read = reader_of(environ, place[1]) if place else None
        if place is None or read is None:
            return self._app(environ, start_response)
        with tempfile.SpooledTemporaryFile(_IN_MEMORY) as body:
            # All of it before the lock: a client that stalls must hold up nobody else.
            try:
                shutil.copyfileobj(get_input_stream(environ), body)
            except ClientDisconnected as gone:
                return gone(environ, start_response)
            body.seek(0)
            environ["wsgi.input"] = body
            with self._one_write:
                return self._write(environ, start_response, place, read)

    def _write(
        self,
        environ: "WSGIEnvironment",
        start_response: "StartResponse",
        place: tuple[str, str],
        read: ReadChanges,
    ) -> Iterable[bytes]:
        bucket, key = place
        head: dict[str, Any] = {}

        def remember(
            status: str, headers: list[tuple[str, str]], exc_info: object = None
        ) -> Callable[[bytes], object]:
            head.update(status=int(status[:3]), headers=Headers(headers))
            return start_response(status, headers, exc_info)  # type: ignore[arg-type]

        chunks = list(self._app(environ, remember))
        answer = Answer(head["status"], head["headers"], b"".join(chunks))
        if answer.status < HTTPStatus.BAD_REQUEST:
            for change in read(environ, key, answer):
                self._report(self._described(bucket, change))
        return chunks

    def _object_of(self, environ: "WSGIEnvironment") -> tuple[str, str] | None:
        """Bucket and key of a path-style or virtual-hosted request to a watched bucket."""
        path = unquote(str(environ.get("RAW_URI", environ["PATH_INFO"])).split("?")[0]).lstrip("/")
        host = str(environ.get("HTTP_HOST", "")).rsplit(":", 1)[0]
        first_label = host.split(".")[0]
        if first_label in self._buckets and not _is_address(host):
            bucket, key = first_label, path
        else:
            bucket, _, key = path.partition("/")
        return (bucket, key) if bucket in self._buckets else None

    def _described(self, bucket: str, change: Change) -> ObjectChange:
        if change.name.startswith("ObjectRemoved"):
            return ObjectChange(change.name, bucket, change.key, version_id=change.version)
        stored = self._client.head(
            quote(f"/{bucket}/{change.key}"),
            base_url="http://127.0.0.1",
            query_string={"versionId": change.version} if change.version else {},
            headers={"Authorization": "AWS4-HMAC-SHA256 Credential=local/x/us-east-1/s3/aws4"},
        )
        return ObjectChange(
            change.name,
            bucket,
            change.key,
            size=stored.content_length,
            etag=stored.headers.get("ETag", "").strip('"') or None,
            version_id=stored.headers.get("x-amz-version-id"),
        )


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True

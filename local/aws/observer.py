"""Watches the requests that S3 answers and tells of each object created or removed.

moto's own notifications lack sequencers and versions and fire twice for a multipart upload;
what a client asked and what S3 answered says all that an event needs.
"""

import ipaddress
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, quote, unquote

from werkzeug.datastructures import Headers
from werkzeug.test import Client
from werkzeug.wrappers import Response

from local.aws.notifications import ObjectChange

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

# Sub-resources of an object: a PUT or DELETE of one of these leaves the object's data as it is.
_SUB_RESOURCES = {"acl", "legal-hold", "partNumber", "retention", "tagging", "torrent"}


class S3Observer:
    """WSGI middleware: passes requests on and reports `ObjectChange`s that succeeded."""

    def __init__(
        self, app: "WSGIApplication", buckets: set[str], report: Callable[[ObjectChange], None]
    ) -> None:
        self._app = app
        self._buckets = buckets
        self._report = report
        self._client = Client(app, Response)

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        answer: dict[str, Any] = {}

        def remember(
            status: str, headers: list[tuple[str, str]], exc_info: object = None
        ) -> Callable[[bytes], object]:
            answer.update(status=int(status[:3]), headers=Headers(headers))
            return start_response(status, headers, exc_info)  # type: ignore[arg-type]

        body = self._app(environ, remember)
        if answer.get("status") in (200, 204) and (place := self._object_of(environ)):
            change = self._change(environ, *place, answer["headers"])
            if change is not None:
                self._report(change)
        return body

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

    def _change(
        self, environ: "WSGIEnvironment", bucket: str, key: str, headers: Headers
    ) -> ObjectChange | None:
        query = parse_qs(str(environ.get("QUERY_STRING", "")), keep_blank_values=True)
        name = _event_name(environ, query, headers)
        if name is None or not key:
            return None
        version = headers.get("x-amz-version-id")
        if name.startswith("ObjectRemoved"):
            return ObjectChange(name, bucket, key, version_id=version)
        stored = self._head(bucket, key, version)
        return ObjectChange(
            name,
            bucket,
            key,
            size=stored.content_length,
            etag=stored.headers.get("ETag", "").strip('"') or None,
            version_id=stored.headers.get("x-amz-version-id"),
        )

    def _head(self, bucket: str, key: str, version: str | None) -> Response:
        query = {"versionId": version} if version else {}
        return self._client.head(
            quote(f"/{bucket}/{key}"),
            base_url="http://127.0.0.1",
            query_string=query,
            headers={"Authorization": "AWS4-HMAC-SHA256 Credential=local/x/us-east-1/s3/aws4"},
        )


def _event_name(
    environ: "WSGIEnvironment", query: dict[str, list[str]], headers: Headers
) -> str | None:
    method = environ["REQUEST_METHOD"]
    if method == "PUT" and not _SUB_RESOURCES & query.keys():
        copied = "HTTP_X_AMZ_COPY_SOURCE" in environ
        return "ObjectCreated:Copy" if copied else "ObjectCreated:Put"
    if method == "POST" and "uploadId" in query:
        return "ObjectCreated:CompleteMultipartUpload"
    if method == "DELETE" and not (_SUB_RESOURCES | {"uploadId"}) & query.keys():
        marked = headers.get("x-amz-delete-marker") == "true" and "versionId" not in query
        return "ObjectRemoved:DeleteMarkerCreated" if marked else "ObjectRemoved:Delete"
    return None


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True

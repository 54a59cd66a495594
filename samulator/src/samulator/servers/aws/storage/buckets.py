"""Buckets on disk: that they are there, and what clients set of them.

What the template declares of a bucket is made anew at each start; what a client set since is the
last request about each setting, and is asked again.
"""

import json
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from urllib.parse import parse_qsl, quote, urlencode

from moto.s3.models import FakeBucket, S3Backend
from werkzeug.test import Client
from werkzeug.wrappers import Response

from samulator.servers.aws.observer import CHANGES
from samulator.servers.aws.s3.application import s3_application
from samulator.servers.aws.s3.request import S3Request

_OF_A_LIBRARY = ("x-id",)


@dataclass(frozen=True)
class _Document:
    """One request about a bucket: `query` names the setting, "" for the bucket itself."""

    bucket: str
    query: str
    method: str
    headers: str
    body: bytes


def write_bucket(connection: sqlite3.Connection, request: S3Request, backend: S3Backend) -> None:
    """Writes what a request about a bucket did, which succeeded."""
    bucket = backend.buckets.get(request.bucket)
    if bucket is None:
        for table, column in (("bucket", "name"), ("document", "bucket")):
            connection.execute(f"DELETE FROM {table} WHERE {column} = ?", (request.bucket,))  # noqa: S608 # nosec B608 - constants
        return
    if request.method in ("PUT", "DELETE"):
        document = _document(request)
        connection.execute(
            "INSERT OR REPLACE INTO document VALUES (?, ?, ?, ?, ?)",
            (
                *(document.bucket, document.query, document.method),
                *(document.headers, document.body),
            ),
        )
    note_bucket(connection, bucket)


def note_bucket(connection: sqlite3.Connection, bucket: FakeBucket) -> None:
    """Writes that it is there."""
    connection.execute(
        "INSERT INTO bucket VALUES (?, ?, ?) "
        "ON CONFLICT (name) DO UPDATE SET versioning = excluded.versioning",
        (bucket.name, bucket.creation_date.isoformat(), bucket.versioning_status),
    )


def read_buckets(
    connection: sqlite3.Connection, backend: S3Backend, problem: Callable[[str], None]
) -> None:
    """Adds what was there to what is there; a setting that is not taken again is a `problem`."""
    documents = [
        _Document(*row)
        for row in connection.execute(
            "SELECT bucket, query, method, headers, body FROM document ORDER BY rowid"
        )
    ]
    for document in documents:
        if not document.query and document.bucket not in backend.buckets:
            _ask(document, problem)
    rows = connection.execute("SELECT name, created, versioning FROM bucket").fetchall()
    for name, created, versioning in rows:
        if name not in backend.buckets:
            bucket = backend.create_bucket(name, backend.region_name)
            bucket.versioning_status = versioning
        backend.buckets[name].creation_date = datetime.fromisoformat(created)
    for document in documents:
        if document.query:
            _ask(document, problem)
    for bucket in backend.buckets.values():
        note_bucket(connection, bucket)


def _document(request: S3Request) -> _Document:
    environ = request.environ
    headers = {f"x-amz-{name}": value for name, value in request.headers("x-amz-").items()}
    named = [pair for pair in request.query.items() if pair[0] not in _OF_A_LIBRARY]
    body = environ["wsgi.input"]
    body.seek(0)
    return _Document(
        request.bucket, urlencode(sorted(named)), request.method, json.dumps(headers), body.read()
    )


def _ask(document: _Document, problem: Callable[[str], None]) -> None:
    answer = Client(s3_application, Response).open(
        f"http://127.0.0.1/{quote(document.bucket)}",
        method=document.method,
        query_string=dict(parse_qsl(document.query, keep_blank_values=True)),
        headers=json.loads(document.headers),
        data=document.body,
        environ_overrides={CHANGES: []},
    )
    if answer.status_code >= HTTPStatus.BAD_REQUEST:
        setting = document.query.rstrip("=") or "its creation"
        said = answer.get_data(as_text=True)
        problem(f"bucket {document.bucket}: {setting} is not as it was set before: {said}")

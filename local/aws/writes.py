"""Reads which objects a request to S3 created or removed, from what was asked and answered."""

import posixpath
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import parse_qs
from xml.etree import ElementTree  # nosec B405 - parses what moto wrote, nothing else

from werkzeug.datastructures import Headers
from werkzeug.formparser import parse_form_data

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

# Sub-resources of an object: a PUT or DELETE of one of these leaves the object's data as it is.
_SUB_RESOURCES = {"acl", "legal-hold", "partNumber", "retention", "tagging", "torrent"}
_XML = "{http://s3.amazonaws.com/doc/2006-03-01/}"


@dataclass(frozen=True)
class Answer:
    """What S3 answered."""

    status: int
    headers: Headers
    body: bytes


@dataclass(frozen=True)
class Change:
    """One object created or removed. `name` as in events; `version` None where S3 named none."""

    name: str
    key: str
    version: str | None


ReadChanges = Callable[["WSGIEnvironment", str, Answer], Iterator[Change]]


def reader_of(environ: "WSGIEnvironment", key: str) -> ReadChanges | None:
    """What reads the changes of such a request once it is answered; None when it makes none.

    `key` is "" for a request to the bucket itself. The body in `environ` must be seekable when
    the result is called.
    """
    query = parse_qs(str(environ.get("QUERY_STRING", "")), keep_blank_values=True).keys()
    method = environ["REQUEST_METHOD"]
    if not key:
        return _reader_of_post(environ, set(query)) if method == "POST" else None
    if method == "PUT" and not _SUB_RESOURCES & query:
        return _copied if "HTTP_X_AMZ_COPY_SOURCE" in environ else _put
    if method == "POST" and "uploadId" in query:
        return _completed
    if method == "DELETE" and not (_SUB_RESOURCES | {"uploadId"}) & query:
        return _removed_version if "versionId" in query else _removed
    return None


def _reader_of_post(environ: "WSGIEnvironment", query: set[str]) -> ReadChanges | None:
    if "delete" in query:
        return _removed_many
    is_form = str(environ.get("CONTENT_TYPE", "")).startswith("multipart/form-data")
    return _posted if is_form else None


def _put(_environ: "WSGIEnvironment", key: str, answer: Answer) -> Iterator[Change]:
    yield Change("ObjectCreated:Put", key, answer.headers.get("x-amz-version-id"))


def _copied(_environ: "WSGIEnvironment", key: str, answer: Answer) -> Iterator[Change]:
    yield Change("ObjectCreated:Copy", key, answer.headers.get("x-amz-version-id"))


def _completed(_environ: "WSGIEnvironment", key: str, answer: Answer) -> Iterator[Change]:
    version = answer.headers.get("x-amz-version-id")
    yield Change("ObjectCreated:CompleteMultipartUpload", key, version)


def _removed(_environ: "WSGIEnvironment", key: str, answer: Answer) -> Iterator[Change]:
    marked = answer.headers.get("x-amz-delete-marker") == "true"
    yield _removal(key, answer.headers.get("x-amz-version-id"), marked=marked)


def _removed_version(_environ: "WSGIEnvironment", key: str, answer: Answer) -> Iterator[Change]:
    yield _removal(key, answer.headers.get("x-amz-version-id"), marked=False)


def _removed_many(_environ: "WSGIEnvironment", _key: str, answer: Answer) -> Iterator[Change]:
    result = ElementTree.fromstring(answer.body)  # noqa: S314 # nosec B314 - written by moto
    for entry in result.iterfind(f"{_XML}Deleted"):
        key = entry.findtext(f"{_XML}Key", "")
        marker = entry.findtext(f"{_XML}DeleteMarkerVersionId")
        version = entry.findtext(f"{_XML}VersionId")
        yield _removal(key, version or marker, marked=version is None and marker is not None)


def _removal(key: str, version: str | None, *, marked: bool) -> Change:
    kind = "DeleteMarkerCreated" if marked else "Delete"
    return Change(f"ObjectRemoved:{kind}", key, version)


def _posted(environ: "WSGIEnvironment", _key: str, _answer: Answer) -> Iterator[Change]:
    """A browser's form; S3 names neither key nor version in its answer to one."""
    environ["wsgi.input"].seek(0)
    _, fields, files = parse_form_data(environ)
    name = posixpath.basename(files["file"].filename or "") if "file" in files else ""
    yield Change("ObjectCreated:Post", fields["key"].replace("${filename}", name), None)

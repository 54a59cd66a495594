"""The store: moto's S3, corrected, behind WSGI and without moto's routing by patterns."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from moto.moto_server.werkzeug_app import BackendRequest

from samulator.servers.aws.s3.errors import request_ids
from samulator.servers.aws.s3.request import Reply, S3Request
from samulator.servers.aws.s3.store import Store

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
_METHODS = "GET, PUT, POST, DELETE, HEAD"


def s3_application(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
    """Answers a plain request; the key is what the path says, whatever bytes it holds."""
    place = S3Request.of(environ)
    if str(environ.get("CONTENT_TYPE", "")).startswith(_FORMS):
        # An object's type says nothing about the request: its bytes are no form to be parsed.
        environ = environ | {"CONTENT_TYPE": "application/octet-stream"}
    request = BackendRequest(environ)
    store = Store(place)
    answer = store.key_response if place.key else store.bucket_response
    status, headers, body = answer(request, request.raw_url, request.headers)
    # As a list, so that the answer to HEAD keeps the length of what GET would send.
    response = Reply([body], int(status), dict(headers))
    _name_request(response)
    _let_pages_read(response, place)
    return response(environ, start_response)


def _name_request(response: Reply) -> None:
    """By S3's headers; moto's own name of the request is in the errors that moto wrote."""
    ids = request_ids()
    named = response.headers.pop("x-amzn-requestid", None)
    if named is not None:
        ids["x-amz-request-id"] = named
    for name, value in ids.items():
        response.headers.setdefault(name, value)


def _let_pages_read(response: Reply, place: S3Request) -> None:
    """Lets a page read the answer. Pages of others were turned away before (own_pages)."""
    origin = place.header("origin")
    if origin is None:
        return
    headers = response.headers
    headers.setdefault("Access-Control-Allow-Origin", origin)
    headers.setdefault("Access-Control-Expose-Headers", "*")
    if place.method == "OPTIONS":
        asked = place.header("access-control-request-headers")
        headers.setdefault("Access-Control-Allow-Methods", _METHODS)
        headers.setdefault("Access-Control-Allow-Headers", asked or "*")
    headers.add("Vary", "Origin")

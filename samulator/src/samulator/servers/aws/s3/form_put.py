"""A form turned into the PUT that it stands for, and S3's answer to it."""

from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode, urlsplit, urlunsplit
from xml.etree import ElementTree  # nosec B405 - see _tagging

from markupsafe import escape
from werkzeug.datastructures import Headers

from samulator.servers.aws.s3.errors import malformed_xml
from samulator.servers.aws.s3.form import Form
from samulator.servers.aws.s3.request import S3Request

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

CREATED_BY = "local.s3.created_by"
# Fields that become the header of the same name, as metadata and checksums do.
_HEADERS = {
    "cache-control",
    "content-disposition",
    "content-encoding",
    "content-language",
    "expires",
    "x-amz-storage-class",
    "x-amz-website-redirect-location",
}
_HEADER_STARTS = ("x-amz-meta-", "x-amz-checksum-", "x-amz-server-side-encryption")


def as_put(request: S3Request, form: Form) -> "WSGIEnvironment":
    """The request that stores the form's file."""
    kept = {
        name: value
        for name, value in request.environ.items()
        if not name.startswith(("HTTP_", "local.")) or name in ("HTTP_HOST", "HTTP_ORIGIN")
    }
    path = quote(f"/{form.bucket}/{form.key}" if form.bucket in _first(request) else f"/{form.key}")
    environ = kept | {
        "REQUEST_METHOD": "PUT",
        "RAW_URI": path,
        "REQUEST_URI": path,
        "PATH_INFO": path,
        "QUERY_STRING": "",
        "CONTENT_TYPE": form.fields.get("content-type", "binary/octet-stream"),
        "CONTENT_LENGTH": str(form.size),
        "wsgi.input": form.file,
        "HTTP_AUTHORIZATION": "form",
        CREATED_BY: "Post",
    }
    environ.pop("wsgi.input_terminated", None)
    return environ | _headers(form)


def _headers(form: Form) -> dict[str, str]:
    """What the form's fields are as headers of a PUT, by their names in WSGI."""
    found = {
        "HTTP_" + name.upper().replace("-", "_"): value
        for name, value in form.fields.items()
        if name in _HEADERS or name.startswith(_HEADER_STARTS)
    }
    if "acl" in form.fields:
        found["HTTP_X_AMZ_ACL"] = form.fields["acl"]
    if "tagging" in form.fields:
        found["HTTP_X_AMZ_TAGGING"] = _tagging(form.fields["tagging"])
    return found


def _first(request: S3Request) -> str:
    return request.path.lstrip("/").split("/")[0]


def _tagging(document: str) -> str:
    """A form's tags, XML there, as the header has them. Raises S3Error for what is no tagging."""
    try:
        root = ElementTree.fromstring(document)  # noqa: S314 # nosec B314 - by whoever runs this S3
    except ElementTree.ParseError as error:
        raise malformed_xml() from error
    tags = [
        (tag.findtext("{*}Key", ""), tag.findtext("{*}Value", ""))
        for tag in root.iterfind(".//{*}Tag")
    ]
    return urlencode(tags)


def answer_to_form(form: Form, url: str, stored: Headers) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body once the file is stored, as `stored` says, at `url`."""
    etag = stored["ETag"]
    told = {name: stored[name] for name in ("ETag", "x-amz-version-id") if name in stored}
    redirect = form.fields.get("success_action_redirect") or form.fields.get("redirect")
    if redirect and urlsplit(redirect).netloc:
        parts = urlsplit(redirect)
        named = urlencode({"bucket": form.bucket, "key": form.key, "etag": etag})
        query = "&".join(part for part in (parts.query, named) if part)
        return 303, told | {"Location": urlunsplit(parts._replace(query=query))}, b""
    status = form.fields.get("success_action_status")
    if status != "201":
        return 200 if status == "200" else 204, told | {"Location": url}, b""
    values = {"Location": url, "Bucket": form.bucket, "Key": form.key, "ETag": etag}
    inner = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in values.items())
    body = f'<?xml version="1.0" encoding="UTF-8"?>\n<PostResponse>{inner}</PostResponse>'
    return 201, told | {"Location": url, "content-type": "application/xml"}, body.encode()

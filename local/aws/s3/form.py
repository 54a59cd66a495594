"""A browser's form, checked against its policy and turned into the PUT that it stands for."""

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import IO, TYPE_CHECKING
from urllib.parse import quote, urlencode, urlsplit, urlunsplit
from xml.etree import ElementTree  # nosec B405 - see _tagging

from markupsafe import escape
from werkzeug.datastructures import FileStorage, Headers
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.formparser import FormDataParser

from local.aws.s3.errors import S3Error, access_denied, invalid_argument
from local.aws.s3.policy import Policy
from local.aws.s3.request import S3Request
from local.aws.s3.signature import KEY_ID, sign, signature_does_not_match

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

CREATED_BY = "local.s3.created_by"
_SIGNATURE_4 = ("x-amz-algorithm", "x-amz-credential", "x-amz-date", "x-amz-signature")
_SIGNATURE_2 = ("awsaccesskeyid", "signature")
_LARGEST_FIELDS = 20_480
# Fields that become the header of the same name; all of x-amz-meta-* and checksums do too.
_HEADERS = {
    "cache-control",
    "content-disposition",
    "content-encoding",
    "content-language",
    "content-type",
    "expires",
    "x-amz-storage-class",
    "x-amz-website-redirect-location",
}
_HEADER_STARTS = ("x-amz-meta-", "x-amz-checksum-", "x-amz-server-side-encryption")


@dataclass(frozen=True)
class Form:
    """The fields by lower-case names, and the file."""

    bucket: str
    fields: Mapping[str, str]
    file: IO[bytes]
    size: int

    @property
    def key(self) -> str:
        return self.fields["key"]


def is_form(request: S3Request) -> bool:
    """Whether this is a form that uploads a file."""
    is_multipart = (request.header("content-type") or "").startswith("multipart/form-data")
    return request.method == "POST" and not request.key and is_multipart


def read_form(request: S3Request) -> Form:
    """Raises S3Error for what is no form, or lies outside its policy."""
    file, fields = _parsed(request)
    if not fields.get("key"):
        raise invalid_argument(
            "Bucket POST must contain a field named 'key'.  "
            "If it is specified, please check the order of the fields.",
            "key",
            "",
        )
    size = file.stream.seek(0, 2)
    file.stream.seek(0)
    _check_policy(request.bucket, fields, size)
    name = posixpath.basename((file.filename or "").replace("\\", "/"))
    fields["key"] = fields["key"].replace("${filename}", name)
    return Form(request.bucket, fields, file.stream, size)


def _parsed(request: S3Request) -> tuple[FileStorage, dict[str, str]]:
    parser = FormDataParser(max_form_memory_size=_LARGEST_FIELDS, silent=False)
    try:
        _, values, files = parser.parse_from_environ(request.environ)
    except RequestEntityTooLarge as error:
        raise S3Error(
            "MaxPostPreDataLengthExceeded",
            "Your POST request fields preceeding the upload file was too large.",
            fields={"MaxPostPreDataLengthBytes": _LARGEST_FIELDS},
        ) from error
    except ValueError as error:
        raise S3Error(
            "MalformedPOSTRequest",
            "The body of your POST request is not well-formed multipart/form-data.",
        ) from error
    uploaded = files.getlist("file")
    if len(uploaded) != 1:
        raise invalid_argument(
            "POST requires exactly one file upload per request.", "file", len(uploaded)
        )
    return uploaded[0], {name.lower(): value for name, value in values.items()}


def _check_policy(bucket: str, fields: Mapping[str, str], size: int) -> None:
    if "policy" not in fields:
        raise access_denied()
    _check_signature(fields)
    policy = Policy.parse(fields["policy"])
    policy.check_time(datetime.now(UTC))
    policy.check_fields({"bucket": bucket, **fields})
    policy.check_size(size)


def _check_signature(fields: Mapping[str, str]) -> None:
    version_2 = any(name in fields for name in _SIGNATURE_2)
    for name in _SIGNATURE_2 if version_2 else _SIGNATURE_4:
        if name not in fields:
            raise invalid_argument(f"Bucket POST must contain a field named '{name}'.", name, "")
    if version_2:
        return
    key_id, *scope = fields["x-amz-credential"].split("/")
    if key_id == KEY_ID and sign(fields["policy"], scope) != fields["x-amz-signature"]:
        raise signature_does_not_match()


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
    for name, value in form.fields.items():
        if name in _HEADERS - {"content-type"} or name.startswith(_HEADER_STARTS):
            environ[_variable(name)] = value
    if "acl" in form.fields:
        environ["HTTP_X_AMZ_ACL"] = form.fields["acl"]
    if "tagging" in form.fields:
        environ["HTTP_X_AMZ_TAGGING"] = _tagging(form.fields["tagging"])
    return environ


def _first(request: S3Request) -> str:
    return request.path.lstrip("/").split("/")[0]


def _variable(name: str) -> str:
    return "HTTP_" + name.upper().replace("-", "_")


def _tagging(document: str) -> str:
    """A form's tags, XML there, as the header has them. Raises S3Error for what is no tagging."""
    try:
        root = ElementTree.fromstring(document)  # noqa: S314 # nosec B314 - by whoever runs this S3
    except ElementTree.ParseError as error:
        raise S3Error("MalformedXML", "The XML you provided was not well-formed") from error
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

"""A browser's form that uploads a file, checked against its policy."""

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import IO

from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.formparser import FormDataParser

from samulator.servers.aws.s3.errors import S3Error, access_denied, invalid_argument
from samulator.servers.aws.s3.policy import Policy
from samulator.servers.aws.s3.request import S3Request
from samulator.servers.aws.s3.signature import KEY_ID, sign, sign_policy_2, signature_does_not_match

_SIGNATURE_4 = ("x-amz-algorithm", "x-amz-credential", "x-amz-date", "x-amz-signature")
_SIGNATURE_2 = ("awsaccesskeyid", "signature")
_LARGEST_FIELDS = 20_480


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
        key_id, given = fields["awsaccesskeyid"], fields["signature"]
        right = sign_policy_2(fields["policy"])
    else:
        (key_id, *scope), given = fields["x-amz-credential"].split("/"), fields["x-amz-signature"]
        right = sign(fields["policy"], scope)
    if key_id == KEY_ID and given != right:
        raise signature_does_not_match()

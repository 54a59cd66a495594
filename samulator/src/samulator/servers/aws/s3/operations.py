"""Which calls of S3 are answered here; which others AWS knows, its service description says."""

from functools import cache

import botocore.session

from samulator.servers.aws.s3.errors import (
    S3Error,
    invalid_argument,
    method_not_allowed,
    not_implemented,
)
from samulator.servers.aws.s3.form import is_form
from samulator.servers.aws.s3.request import S3Request

_BUCKET = "bucket"
_OBJECT = "object"
_SERVED = {
    ("GET", _BUCKET): (
        "accelerate acl cors encryption inventory lifecycle location logging notification "
        "object-lock ownershipControls policy policyStatus publicAccessBlock replication tagging "
        "uploads versioning versions website"
    ),
    ("PUT", _BUCKET): (
        "accelerate acl cors encryption inventory lifecycle logging notification object-lock "
        "ownershipControls policy publicAccessBlock replication tagging versioning website"
    ),
    ("DELETE", _BUCKET): (
        "cors encryption lifecycle ownershipControls policy publicAccessBlock replication "
        "tagging website"
    ),
    ("POST", _BUCKET): "delete",
    ("GET", _OBJECT): "acl attributes legal-hold retention tagging",
    ("PUT", _OBJECT): "acl legal-hold retention tagging",
    ("DELETE", _OBJECT): "tagging",
    ("POST", _OBJECT): "restore select select-type uploads",
}
_METHODS = {"DELETE", "GET", "HEAD", "OPTIONS", "POST", "PUT"}
_PARAMETERS = {"list-type", "x-id"}


def check_operation(request: S3Request) -> None:
    """Raises S3Error for a call that would be taken for another one here.

    Parameters that S3 does not know are passed over, as S3 does.
    """
    _check_method(request)
    _check_part(request)
    level = _OBJECT if request.key else _BUCKET
    served = _SERVED.get((request.method, level), "").split()
    for name in request.query.keys() & _known().keys():
        if name in served or request.method == "OPTIONS":
            continue
        operation = _known()[name].get((request.method, level))
        if operation:
            raise not_implemented(f"{operation} is not emulated here (sub-resource {name!r})")
        raise method_not_allowed(request.method, name.upper())


def _check_method(request: S3Request) -> None:
    """Raises S3Error for what no call of S3 has at this place."""
    if request.method not in _METHODS or not (request.bucket or request.method == "GET"):
        raise method_not_allowed(request.method, "BUCKET" if request.bucket else "SERVICE")
    is_post = request.method == "POST" and not request.key and "delete" not in request.query
    if is_post and not request.query.keys() & _known().keys() and not is_form(request):
        raise S3Error(
            "PreconditionFailed",
            "At least one of the pre-conditions you specified did not hold",
            412,
            fields={"Condition": "Bucket POST must be of the enclosure-type multipart/form-data"},
        )


def _check_part(request: S3Request) -> None:
    """Raises S3Error for a part without its upload, or the reverse."""
    named = {"partNumber", "uploadId"} & request.query.keys()
    if request.method == "PUT" and len(named) == 1:
        raise invalid_argument(
            "This operation does not accept a query-string.", named.pop(), request.path
        )


@cache
def _known() -> dict[str, dict[tuple[str, str], str]]:
    """By sub-resource: the name of AWS's operation for a method on a bucket or an object."""
    model = botocore.session.get_session().get_service_model("s3")
    found: dict[str, dict[tuple[str, str], str]] = {}
    for operation in model.operation_names:
        http = model.operation_model(operation).http
        path, _, query = http["requestUri"].partition("?")
        level = _OBJECT if "{Key+}" in path else _BUCKET
        for parameter in query.split("&"):
            name = parameter.split("=")[0]
            if name and name not in _PARAMETERS:
                found.setdefault(name, {})[http["method"], level] = operation
    return found

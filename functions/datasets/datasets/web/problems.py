"""Every error as RFC 9457 problem details: the one place where an error gets its status."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus

from datasets import errors
from datasets.web.answer import Answer

MEDIA_TYPE = "application/problem+json"
_RETRY = {"Retry-After": "2"}


@dataclass(frozen=True, slots=True)
class Kind:
    """How one class of errors is shown; `slug` makes the `type`, none means about:blank."""

    status: int
    slug: str = ""
    title: str = ""
    headers: Mapping[str, str] | None = None


KINDS: Mapping[type[errors.AppError], Kind] = {
    errors.InvalidInput: Kind(422, "invalid-input", "The request is not valid"),
    errors.InvalidRequest: Kind(422, "invalid-input", "The request is not valid"),
    errors.NothingHere: Kind(404),
    errors.WrongMethod: Kind(405),
    errors.DatasetNotFound: Kind(404, "dataset-not-found", "No such dataset"),
    errors.RunNotFound: Kind(404, "run-not-found", "No such run"),
    errors.DatasetNotReadable: Kind(409, "dataset-not-readable", "The dataset has no rows to read"),
    errors.DatasetChanged: Kind(409, "dataset-changed", "The dataset has changed"),
    errors.TooMuchWork: Kind(422, "over-limits", "The request is over its limits"),
    errors.Unauthenticated: Kind(
        401, "unauthenticated", "Authentication is required", {"WWW-Authenticate": "Bearer"}
    ),
    errors.MissingScope: Kind(
        403,
        "missing-scope",
        "The token does not allow this",
        {"WWW-Authenticate": 'Bearer error="insufficient_scope"'},
    ),
    errors.UnsupportedMediaType: Kind(
        415, "unsupported-media-type", "Unsupported media type", {"Accept-Post": "application/json"}
    ),
    errors.BodyTooLarge: Kind(413),
    errors.StorageUnavailable: Kind(503, "unavailable", "Temporarily unavailable", _RETRY),
}


def problem_of(error: errors.AppError, request_id: str) -> Answer:
    kind = KINDS[type(error)]
    faults: Sequence[Mapping[str, str]] = ()
    headers = dict(kind.headers or {})
    if isinstance(error, errors.InvalidInput):
        place = {"pointer": error.pointer} if error.pointer else {"parameter": error.parameter}
        faults = [{**place, "detail": str(error)}]
    elif isinstance(error, errors.InvalidRequest):
        faults = error.faults
    elif isinstance(error, errors.WrongMethod):
        headers["Allow"] = ", ".join((*error.allowed, "OPTIONS"))
    return problem(request_id, kind, _detail(error), faults=faults, headers=headers)


def _detail(error: errors.AppError) -> str:
    """Names what is wrong, as where there are several faults."""
    place = (error.pointer or error.parameter) if isinstance(error, errors.InvalidInput) else ""
    return f"{place}: {error}" if place else str(error)


def problem(
    request_id: str,
    kind: Kind,
    detail: str,
    *,
    faults: Sequence[Mapping[str, str]] = (),
    headers: Mapping[str, str] | None = None,
) -> Answer:
    """Pure ASCII, so that no caller's text can break it."""
    content: dict[str, object] = {
        "type": f"urn:problem:{kind.slug}" if kind.slug else "about:blank",
        "title": kind.title or HTTPStatus(kind.status).phrase,
        "status": kind.status,
        "detail": detail,
        "instance": f"urn:request:{request_id}",
    }
    if faults:
        content["errors"] = list(faults)
    return Answer(json.dumps(content), kind.status, MEDIA_TYPE, headers or {})


def internal_error(request_id: str) -> Answer:
    """What a caller learns of a bug: nothing but the id to report."""
    return problem(request_id, Kind(500), "An unexpected error happened; it has been logged.")

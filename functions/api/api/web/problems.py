"""Every error as RFC 9457 problem details: the one place where an error gets its status."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.routing import Match

from api import errors
from api.observability import describe

MEDIA_TYPE = "application/problem+json"
MAX_BODY = 1024 * 1024
# What a problem repeats of a request is bounded: Lambda carries no answer of more than 6 MB.
_MAX_FAULTS = 100
MAX_NAME = 200
_RETRY_AFTER = {"Retry-After": "2"}
_NOT_FOUND = "Nothing is here. /docs shows what there is."
# Where pydantic's own words speak of its models, not of the request.
_WORDS = {
    "missing": "is required",
    "extra_forbidden": "is not known here",
    "model_attributes_type": "must be an object",
}
_METHODS = ("DELETE", "GET", "HEAD", "PATCH", "POST", "PUT")


@dataclass(frozen=True)
class Kind:
    """How one class of errors is shown; `slug` makes the `type`."""

    status: int
    slug: str
    title: str


KINDS: Mapping[type[errors.AppError], Kind] = {
    errors.InvalidInput: Kind(422, "invalid-input", "The request is not valid"),
    errors.UserNotFound: Kind(404, "user-not-found", "No such user"),
    errors.EmailTaken: Kind(409, "email-taken", "The email is taken"),
    errors.VersionMismatch: Kind(412, "version-mismatch", "The user has changed"),
    errors.IdempotencyKeyReused: Kind(
        422, "idempotency-key-reused", "The key belongs to another request"
    ),
    errors.CreationInProgress: Kind(409, "request-in-progress", "The request is being processed"),
    errors.DatasetNotFound: Kind(404, "dataset-not-found", "No such dataset"),
    errors.SourceGone: Kind(409, "source-gone", "The source is gone"),
    errors.SourceTooLarge: Kind(422, "source-too-large", "The source is too large"),
    errors.Unauthenticated: Kind(401, "unauthenticated", "Authentication is required"),
    errors.MissingScope: Kind(403, "missing-scope", "The token does not allow this"),
    errors.UnsupportedMediaType: Kind(415, "unsupported-media-type", "Unsupported media type"),
    errors.BackendUnavailable: Kind(503, "unavailable", "Temporarily unavailable"),
}


class ProblemFault(BaseModel):
    """One fault of a request that is not valid."""

    detail: str
    pointer: str | None = Field(None, description="JSON pointer into the body, as a fragment.")
    parameter: str | None = Field(None, description="The query parameter or header at fault.")


class Problem(BaseModel):
    """RFC 9457 problem details."""

    type: str
    title: str
    status: int
    detail: str
    instance: str = Field(description="urn:request: and the X-Request-Id of this answer.")
    errors: list[ProblemFault] | None = Field(None, description="The first hundred.")


def responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The OpenAPI entries of the problems that a call can answer with."""
    schema = {"schema": {"$ref": "#/components/schemas/Problem"}}
    return {
        status: {"description": HTTPStatus(status).phrase, "content": {MEDIA_TYPE: schema}}
        for status in statuses
    }


def problem_response(
    request_id: str,
    kind: Kind,
    detail: str,
    *,
    faults: Sequence[Mapping[str, str]] = (),
    headers: Mapping[str, str] | None = None,
) -> Response:
    """The answer as bytes; pure ASCII, so that no caller's text can break it."""
    content: dict[str, Any] = {
        "type": f"urn:problem:{kind.slug}" if kind.slug else "about:blank",
        "title": kind.title,
        "status": kind.status,
        "detail": detail,
        "instance": f"urn:request:{request_id}",
    }
    if faults:
        content["errors"] = list(faults)
    return Response(json.dumps(content), kind.status, headers=headers, media_type=MEDIA_TYPE)


def plain_kind(status: int) -> Kind:
    """A status that says it all by itself."""
    return Kind(status, "", HTTPStatus(status).phrase)


def internal_error(request_id: str) -> Response:
    """What a caller learns of a bug: nothing but the id to report."""
    return problem_response(
        request_id, plain_kind(500), "An unexpected error happened; it has been logged."
    )


def too_large(request_id: str) -> Response:
    return problem_response(request_id, plain_kind(413), "The body is larger than 1 MiB.")


def register(app: FastAPI) -> None:
    """Makes every error of `app` a problem. Unknown exceptions are the boundary's."""
    app.add_exception_handler(errors.AppError, _show_app_error)
    app.add_exception_handler(RequestValidationError, _show_invalid_request)
    app.add_exception_handler(HTTPException, _show_http_error)


async def _show_app_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, errors.AppError)
    kind = next(KINDS[cls] for cls in type(error).__mro__ if cls in KINDS)
    if isinstance(error, errors.BackendUnavailable):
        request.state.failure = describe(error)
    faults = []
    if isinstance(error, errors.InvalidInput):
        faults = [{"parameter": error.parameter, "detail": str(error)}]
    return problem_response(
        request.state.request_id, kind, str(error), faults=faults, headers=_headers(request, error)
    )


def _headers(request: Request, error: errors.AppError) -> dict[str, str]:
    if isinstance(error, errors.BackendUnavailable | errors.CreationInProgress):
        return _RETRY_AFTER
    if isinstance(error, errors.Unauthenticated):
        return {"WWW-Authenticate": "Bearer"}
    if isinstance(error, errors.MissingScope):
        return {"WWW-Authenticate": 'Bearer error="insufficient_scope"'}
    if isinstance(error, errors.UnsupportedMediaType):
        return {f"Accept-{request.method.capitalize()}": ", ".join(error.accepted)}
    return {}


async def _show_invalid_request(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    faults = [_fault(fault) for fault in error.errors()[:_MAX_FAULTS]]
    detail = "; ".join(_said(fault) for fault in faults[:5])
    return problem_response(
        request.state.request_id, KINDS[errors.InvalidInput], detail, faults=faults
    )


def known_parameters(dependant: Dependant) -> list[str]:
    """The names that the query model of a call has."""
    models = [one.field_info.annotation for one in dependant.query_params]
    return sorted(name for model in models for name in getattr(model, "model_fields", ()))


def _fault(fault: Mapping[str, Any]) -> dict[str, str]:
    where, *path = (str(part) for part in fault["loc"])
    said = _WORDS.get(fault["type"], fault["msg"])
    if fault["type"] == "literal_error":
        said = f"must be {fault['ctx']['expected']}"
    if fault["type"] == "value_error":
        said = str(fault["ctx"]["error"])
    if fault["type"] == "json_invalid":
        return {
            "pointer": "#",
            "detail": f"not JSON: {fault['ctx']['error']} at character {path[0]}",
        }
    if where == "body":
        return _body_fault(path, said)
    return {"parameter": ".".join(path), "detail": said}


def _body_fault(path: Sequence[str], said: str) -> dict[str, str]:
    """Points at the member; at the object around it where its name is too long to be repeated."""
    for depth, name in enumerate(path):
        if len(name) > MAX_NAME:
            path, said = path[:depth], f"a member with a name of {len(name)} characters {said}"
            break
    steps = (step.replace("~", "~0").replace("/", "~1") for step in path)
    return {"pointer": "".join(["#", *(f"/{step}" for step in steps)]), "detail": said}


def _said(fault: Mapping[str, str]) -> str:
    return f"{fault.get('pointer') or fault['parameter']}: {fault['detail']}"


async def _show_http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    request_id = request.state.request_id
    if error.status_code in (400, 422):
        # 400: FastAPI's word for a body that is no text, too deep, or a number without end.
        unreadable = error.status_code == 400
        said = "the body cannot be read as JSON" if unreadable else str(error.detail)
        faults = [{"pointer": "#", "detail": said}]
        return problem_response(
            request_id, KINDS[errors.InvalidInput], faults[0]["detail"], faults=faults
        )
    if error.status_code == 405:
        return _show_wrong_method(request)
    if error.status_code == 413:
        return too_large(request_id)
    detail = _NOT_FOUND if error.status_code == 404 else str(error.detail)
    return problem_response(request_id, plain_kind(error.status_code), detail)


def _show_wrong_method(request: Request) -> Response:
    allowed = [method for method in _METHODS if _accepts(request, method)]
    allow = {"Allow": ", ".join([*allowed, "OPTIONS"])}
    if request.method == "OPTIONS":
        return Response(status_code=204, headers=allow)
    detail = f"Only {', '.join(allowed)} can be done here."
    return problem_response(request.state.request_id, plain_kind(405), detail, headers=allow)


def _accepts(request: Request, method: str) -> bool:
    """Routes are kept one per method: the first that knows the path knows only its own."""
    scope = {**request.scope, "method": "GET" if method == "HEAD" else method}
    routes = request.app.router.routes
    return any(route.matches(dict(scope))[0] is Match.FULL for route in routes)

"""Refuses requests that a method's request validator does not let through."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from samulator.http.gateway.request import HttpRequest
from samulator.http.rest_api.gateway_responses import ResponseType
from samulator.template.model_http import Validation

_JSON = "application/json"
_SHOWN = 5


class InvalidRequest(Exception):
    """The request is refused; `words` are the client's, `details` fill a template's variable."""

    def __init__(self, kind: ResponseType, words: str | None, details: str) -> None:
        super().__init__(details)
        self.kind = kind
        self.words = words
        self.details = details


def validate(
    request: HttpRequest, path_parameters: Mapping[str, str], validation: Validation
) -> None:
    """Raises InvalidRequest."""
    given = {
        "querystring": dict(parse_qsl(request.query)),
        "path": dict(path_parameters),
        "header": {name.lower(): value for name, value in request.headers},
    }
    missing = [each for each in validation.parameters if not _value(given, each)]
    if missing:
        names = ", ".join(each.partition(".")[2] for each in missing)
        words = f"Missing required request parameters: [{names}]"
        raise InvalidRequest(ResponseType.BAD_REQUEST_PARAMETERS, words, words)
    media_type = (request.header("content-type") or _JSON).partition(";")[0].strip().lower()
    model = validation.models.get(media_type)
    if model is not None:
        _validate_body(request.body, model)


def _value(given: Mapping[str, Mapping[str, str]], parameter: str) -> str:
    place, _, name = parameter.partition(".")
    return given.get(place, {}).get(name.lower() if place == "header" else name, "").strip()


def _validate_body(body: bytes, model: Mapping[str, Any]) -> None:
    # AWS's translator brings it along; who validates nothing need not wait for it.
    from jsonschema import Draft4Validator
    from jsonschema.exceptions import UnknownType
    from referencing.exceptions import Unresolvable

    try:
        value = json.loads(body)
    except ValueError as error:
        kind = ResponseType.BAD_REQUEST_BODY
        raise InvalidRequest(kind, None, f"the body is no JSON: {error}") from error
    try:
        wrong = [error.message for error in Draft4Validator(model).iter_errors(value)]
    except (UnknownType, Unresolvable) as error:
        kind = ResponseType.API_CONFIGURATION_ERROR
        raise InvalidRequest(kind, None, f"its model is no JSON schema: {error}") from error
    if wrong:
        details = f"[{', '.join(wrong[:_SHOWN])}]"
        raise InvalidRequest(ResponseType.BAD_REQUEST_BODY, None, details)

"""A request, read from an event of API Gateway (HTTP API, payload version 2.0)."""

import base64
import binascii
import json
import re
import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import parse_qsl

from pydantic import BaseModel, ValidationError

from datasets.errors import BodyTooLarge, InvalidInput, InvalidRequest, UnsupportedMediaType

MAX_BODY = 1024 * 1024
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_WORDS = {"missing": "is required", "extra_forbidden": "is not known here"}
_MAX_FAULTS = 100
_WHOLE = re.compile(r"[+-]?[0-9]{1,18}")
# What the gateway, which takes JSON for UTF-8, puts where bytes are none.
_UNREADABLE = "\N{REPLACEMENT CHARACTER}"
_NOT_UTF_8 = (
    "the body is no UTF-8, so that bytes of it are lost: send JSON as UTF-8, and the character"
    " that stands for lost ones, where it is meant, as \\ufffd"
)

Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Request:
    """`path` is decoded, as API Gateway gives it, without a slash at its end."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    headers: dict[str, str]
    event: dict[str, Any]
    id: str

    def parameters(self, model: type[Model]) -> Model:
        """The query string as `model` has it; raises InvalidRequest.

        What a list field is for may be given several times; anything else, and anything that the
        model does not know, is refused: a filter that is misspelt must not pass as none.
        """
        lists = {
            name for name, field in model.model_fields.items() if "list" in str(field.annotation)
        }
        counts = Counter(name for name, _ in self.query)
        repeated = [name for name, count in counts.items() if count > 1 and name not in lists]
        if repeated:
            raise InvalidInput("is given more than once", parameter=repeated[0][:200])
        given: dict[str, Any] = {name: [] for name in counts if name in lists}
        for name, value in self.query:
            if name in lists:
                given[name].append(value)
            else:
                given[name] = value
        self._require_digits(model)
        return _validated(model, given, "parameter")

    def _require_digits(self, model: type[Model]) -> None:
        """pydantic reads 1_0, 1.0 and blanks around a number too, which no other call does."""
        for name, value in self.query:
            field = model.model_fields.get(name)
            if field is None or "int" not in str(field.annotation) or _WHOLE.fullmatch(value):
                continue
            raise InvalidInput("must be a whole number, in digits", parameter=name)

    def body(self, model: type[Model]) -> Model:
        """The JSON body as `model` has it."""
        media_type = self.headers.get("content-type", "").split(";")[0].strip().lower()
        if media_type != "application/json":
            raise UnsupportedMediaType("Send the body as application/json.")
        try:
            document = json.loads(self._octets(), object_pairs_hook=_unrepeated)
        except (ValueError, RecursionError):
            raise InvalidInput("the body cannot be read as JSON", pointer="#") from None
        if not isinstance(document, dict):
            raise InvalidInput("must be an object", pointer="#")
        return _validated(model, document, "pointer")

    def _octets(self) -> bytes:
        body = self.event.get("body") or ""
        if len(body) > 2 * MAX_BODY:
            raise BodyTooLarge("The body is larger than 1 MiB.")
        encoded = self.event.get("isBase64Encoded")
        if not encoded and _UNREADABLE in body:
            raise InvalidInput(_NOT_UTF_8, pointer="#")
        try:
            octets = base64.b64decode(body, validate=True) if encoded else body.encode()
        except (binascii.Error, UnicodeEncodeError):
            raise InvalidInput("the body is no text in UTF-8", pointer="#") from None
        if len(octets) > MAX_BODY:
            raise BodyTooLarge("The body is larger than 1 MiB.")
        return octets


def is_http(event: object) -> bool:
    """Whether this is an event of an HTTP API (payload version 2.0)."""
    if not isinstance(event, dict) or event.get("version") != "2.0":
        return False
    context = event.get("requestContext")
    return isinstance(context, dict) and isinstance(context.get("http"), dict)


def read_request(event: dict[str, Any]) -> Request:
    """Whatever is missing of the event is empty."""
    http = event["requestContext"]["http"]
    path = str(event.get("rawPath") or http.get("path") or "/")
    query = parse_qsl(str(event.get("rawQueryString") or ""), keep_blank_values=True)
    headers = {
        str(name).lower(): str(value)
        for name, value in (event.get("headers") or {}).items()
        if value is not None
    }
    return Request(
        method=str(http.get("method") or "GET").upper(),
        path=path[:-1] if len(path) > 1 and path.endswith("/") else path,
        query=tuple(query),
        headers=headers,
        event=event,
        id=_request_id(headers, event),
    )


def _request_id(headers: dict[str, str], event: dict[str, Any]) -> str:
    """The caller's id if it is harmless, else the gateway's, else a new one."""
    for given in (headers.get("x-request-id"), event["requestContext"].get("requestId")):
        if isinstance(given, str) and _REQUEST_ID.fullmatch(given):
            return given
    return str(uuid.uuid4())


def _unrepeated(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Two readers of one body must not take different parts of it (RFC 8259, section 4)."""
    members = dict(pairs)
    if len(members) < len(pairs):
        ((repeated, _),) = Counter(name for name, _ in pairs).most_common(1)
        raise InvalidInput(f"{json.dumps(repeated[:100])} is given more than once", pointer="#")
    return members


def _validated(model: type[Model], given: dict[str, Any], place: str) -> Model:
    try:
        return model.model_validate(given)
    except ValidationError as error:
        faults = error.errors(include_url=False)[:_MAX_FAULTS]
        known = sorted(field.alias or name for name, field in model.model_fields.items())
        forms = {name: field.examples for name, field in model.model_fields.items()}
        raise InvalidRequest([_fault(dict(one), place, known, forms) for one in faults]) from None


def _fault(
    fault: dict[str, Any],
    place: str,
    known: Sequence[str],
    forms: Mapping[str, Sequence[Any] | None],
) -> dict[str, str]:
    said = _WORDS.get(fault["type"], fault["msg"])
    if fault["type"] == "string_pattern_mismatch":
        # Callers learn a form by an example sooner than by a regular expression.
        (example, *_) = forms.get(str(fault["loc"][0])) or ("what the documentation shows",)
        said = f"must look like {example}"
    if fault["type"] == "literal_error":
        said = f"must be {fault['ctx']['expected']}"
    elif fault["type"] == "extra_forbidden":
        said += f"; known are {', '.join(known)}" if known else "; the call takes none"
    if fault["type"] == "value_error":
        said = str(fault["ctx"]["error"])
    steps = [str(step)[:200] for step in fault["loc"]]
    if place == "pointer":
        escaped = (step.replace("~", "~0").replace("/", "~1") for step in steps)
        return {"pointer": "".join(["#", *(f"/{step}" for step in escaped)]), "detail": said}
    return {"parameter": steps[0] if steps else "", "detail": said}

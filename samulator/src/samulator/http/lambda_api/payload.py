"""Reads the payload and the client context of an invocation as Lambda does."""

import base64
import codecs
import json
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

from samulator.http.lambda_api.error import LambdaError

# Lambda's JSON reader has these limits.
_DEEPEST = 1_000
_LONGEST_NUMBER = 1_000
_LONGEST_CONTEXT = 3_583
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_BRACKET = re.compile(r"[\[\]{}]")


def read_payload(body: bytes) -> bytes:
    """Return the JSON that the function gets: an empty object for none.

    Raises LambdaError, InvalidRequestContentException.
    """
    payload = body.removeprefix(codecs.BOM_UTF8) or b"{}"
    try:
        _check(payload.decode())
    except ValueError as error:
        reason = f"Could not parse payload into json: {error}"
        raise _invalid(f"Could not parse request body into json: {reason}") from error
    return payload


def read_client_context(encoded: str | None) -> str | None:
    """Return the decoded context. Raises LambdaError."""
    if not encoded:
        return None
    if len(encoded) > _LONGEST_CONTEXT:
        reason = f"Client context has {len(encoded)} bytes, of at most {_LONGEST_CONTEXT}"
        raise LambdaError(400, "InvalidParameterValueException", reason)
    try:
        context = base64.b64decode(encoded, validate=True).decode()
        if not isinstance(_check(context), dict):
            raise ValueError("no object")
    except ValueError as error:
        reason = f"Client context must be a valid Base64-encoded JSON object: {error}"
        raise _invalid(reason) from error
    return context


def _check(text: str) -> object:
    """Return the document, its numbers as text. Raises ValueError."""
    if _depth(text) > _DEEPEST:
        raise ValueError(f"Document nesting depth exceeds the maximum allowed ({_DEEPEST})")
    with _room_for_recursion(_DEEPEST):
        document: object = json.loads(
            text, parse_constant=_no_constant, parse_int=_number, parse_float=_number
        )
    return document


@contextmanager
def _room_for_recursion(levels: int) -> Iterator[None]:
    """Python counts a document's levels and the calls around them as one."""
    usual = sys.getrecursionlimit()
    sys.setrecursionlimit(usual + levels)
    try:
        yield
    finally:
        sys.setrecursionlimit(usual)


def _depth(text: str) -> int:
    if text.count("[") + text.count("{") <= _DEEPEST:
        return 0
    depth = deepest = 0
    for bracket in _BRACKET.finditer(_STRING.sub("", text)):
        depth += 1 if bracket[0] in "[{" else -1
        deepest = max(deepest, depth)
    return deepest


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"Non-standard token '{name}'")


def _number(text: str) -> str:
    if len(text) > _LONGEST_NUMBER:
        limit = f"exceeds the maximum allowed ({_LONGEST_NUMBER})"
        raise ValueError(f"Number value length ({len(text)}) {limit}")
    return text


def _invalid(reason: str) -> LambdaError:
    return LambdaError(400, "InvalidRequestContentException", reason)

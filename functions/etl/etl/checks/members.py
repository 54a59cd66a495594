"""Keys and descriptions as requests have them; what is wrong with one is a Problem (422)."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from etl.checks.problem import Problem, invalid, pointer_to
from etl.errors import Refused
from etl.publication.place import SUFFIXES, output_prefix
from etl.source.description import FILE_NAME, Description
from etl.source.description_file import WrongDescription, parse_description


def file_key(value: object, **place: str) -> str:
    if value is None:
        raise invalid("key is required: where the file is, or would go", **place)
    if not isinstance(value, str) or not value.lower().endswith(SUFFIXES):
        raise invalid("key must end in .csv or .csv.gz", **place)
    try:
        output_prefix(value)
        value.encode()
    except (Refused, UnicodeEncodeError) as error:
        message = error.message if isinstance(error, Refused) else "key is no Unicode text"
        raise invalid(message, **place) from error
    return value


def described_key(value: object, **place: str) -> str:
    """A file's key, or that of a description itself."""
    if not isinstance(value, str) or not is_description(value):
        return file_key(value, **place)
    file_key(f"{value.removesuffix(FILE_NAME)}raw.csv", **place)
    return value


def is_description(key: str) -> bool:
    """Whether this is the key of a description, and of no file."""
    return key.rpartition("/")[2] == FILE_NAME


def queried_description(text: str | None) -> Description | None:
    if text is None:
        return None
    try:
        return parse_description(text.encode("utf-8", "replace"))
    except WrongDescription as wrong:
        raise invalid(wrong.message, parameter="description") from wrong


def given_description(value: object) -> Description | None:
    """Each fault has its own pointer."""
    if value is None:
        return None
    try:
        return parse_description(json.dumps(value).encode())
    except WrongDescription as wrong:
        faults = [
            {"pointer": pointer_to("description", *_steps(value, place)), "detail": said}
            for place, said in wrong.faults or (((), wrong.message),)
        ]
        raise Problem(422, "invalid-input", wrong.message, faults=tuple(faults)) from wrong


def _steps(document: Any, place: Sequence[str | int]) -> Iterator[str | int]:  # noqa: ANN401 - JSON
    """As much of a fault's place as the document has: behind it are the model's own words."""
    for step in place:
        if not _has(document, step):
            return
        yield step
        document = document[step]


def _has(document: object, step: str | int) -> bool:
    if isinstance(document, list):
        return step in range(len(document))
    return isinstance(document, dict) and step in document


def require_known(asked: Mapping[str, Any], known: set[str]) -> None:
    unknown = sorted(set(asked) - known)
    if unknown:
        told = f"{unknown[0][:100]} is not known here; known are {', '.join(sorted(known))}"
        raise invalid(told, pointer=pointer_to(unknown[0]))

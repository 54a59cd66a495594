"""From the bytes of `_source.json` to a description, or to words on what is wrong with it."""

import codecs
import difflib
import json
from collections.abc import Sequence

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from etl.errors import Refused
from etl.source.description import FILE_NAME, Description

MAX_BYTES = 1 << 20
_MOST_FAULTS = 5
_SIGN = "must be one ASCII sign that is no letter, digit or blank, such as ' or \\, or empty"
# Of the fields that have a pattern: people learn a form by words sooner than by an expression.
_FORMS = {
    "delimiter": "must be one ASCII character that is no part of a number, a name, a quote or a "
    "line's end, such as ; or , or | or a tab",
    "quote": _SIGN,
    "escape": _SIGN,
    "comment": "must be one to three ASCII signs that are no letters, digits or blanks, such as # "
    "or //",
}


class WrongDescription(Refused):
    """`bad_source_description`; `faults` has the first places and what is wrong there, if any."""

    def __init__(
        self, problems: str, faults: Sequence[tuple[tuple[str | int, ...], str]] = ()
    ) -> None:
        super().__init__("bad_source_description", f"{FILE_NAME} is wrong: {problems}.")
        self.faults = tuple(faults)


def parse_description(content: bytes) -> Description:
    """Raises WrongDescription naming the wrong fields, whatever the content."""
    if len(content) > MAX_BYTES:
        raise WrongDescription(f"it is larger than {MAX_BYTES >> 20} MiB")
    try:
        return Description.model_validate_json(content.removeprefix(codecs.BOM_UTF8))
    except ValidationError as error:
        faults = error.errors(include_url=False, include_input=False)
        words = [_in_words(fault) for fault in faults[:_MOST_FAULTS]]
        if len(faults) > _MOST_FAULTS:
            words.append(f"and {len(faults) - _MOST_FAULTS:,} more")
        places = [(fault["loc"], _said(fault)) for fault in faults[:_MOST_FAULTS]]
        raise WrongDescription("; ".join(words), places) from error


def _in_words(fault: ErrorDetails) -> str:
    place = ".".join(map(str, fault["loc"])) or "the document"
    shown = place if len(place) <= 60 else place[:60] + "…"
    return f"{shown}: {_said(fault)}"


def _said(fault: ErrorDetails) -> str:
    """In words of descriptions, where pydantic's speak of inputs and models."""
    if fault["type"] == "extra_forbidden":
        meant = difflib.get_close_matches(str(fault["loc"][-1]), Description.model_fields, n=1)
        return "descriptions have no such field" + "".join(f"; {name} is one" for name in meant)
    if fault["type"] == "string_pattern_mismatch":
        return _FORMS.get(str(fault["loc"][0]), fault["msg"])
    return fault["msg"].removeprefix("Value error, ")


def published_schema() -> str:
    """The JSON schema of `_source.json`, as docs/source-description.schema.json holds it."""
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    return json.dumps(schema | Description.model_json_schema(), indent=2) + "\n"

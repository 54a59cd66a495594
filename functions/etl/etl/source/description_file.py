"""From the bytes of `_source.json` to a description, or to words on what is wrong with it."""

import codecs
import difflib
import json
from collections import Counter
from collections.abc import Sequence

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from etl.errors import Refused
from etl.source.description import FILE_NAME, Description

_Place = tuple[str | int, ...]

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
# Of the fields that may be one thing or another, whose faults the model tells for each of them.
_EITHER = {
    "key": 'must be "row", "none" or a list of 1 to 10 columns, such as ["order_id", "product"]',
    "missing": 'must be a list of texts of 1 to 200 characters, such as ["NULL", "-"], or such a '
    'list for each column, such as {"price": ["-"]}',
}
# What PowerShell and Notepad write; the longer mark begins as the shorter one does.
_MARKED = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


class WrongDescription(Refused):
    """`bad_source_description`; `faults` has the first places and what is wrong there, if any."""

    def __init__(self, problems: str, faults: Sequence[tuple[_Place, str]] = ()) -> None:
        super().__init__("bad_source_description", f"{FILE_NAME} is wrong: {problems}.")
        self.faults = tuple(faults)


def parse_description(content: bytes) -> Description:
    """Raises WrongDescription naming the wrong fields, whatever the content."""
    if len(content) > MAX_BYTES:
        raise WrongDescription(f"it is larger than {MAX_BYTES >> 20} MiB")
    text = _text(content)
    try:
        description = Description.model_validate_json(text)
    except ValidationError as error:
        faults = _faults(error)
        words = [_in_words(place, said) for place, said in faults[:_MOST_FAULTS]]
        if len(faults) > _MOST_FAULTS:
            words.append(f"and {len(faults) - _MOST_FAULTS:,} more")
        raise WrongDescription("; ".join(words), faults[:_MOST_FAULTS]) from error
    json.loads(text, object_pairs_hook=_once_each)
    return description


def _text(content: bytes) -> str:
    """UTF-8, or UTF-16 and UTF-32 by their mark."""
    encoding = next((name for mark, name in _MARKED if content.startswith(mark)), "utf-8")
    try:
        text = content.decode(encoding).lstrip("\ufeff")
    except UnicodeDecodeError as error:
        raise WrongDescription(
            f"the document is no {encoding.upper()}: save it as UTF-8"
        ) from error
    if "\0" in text[:4]:
        raise WrongDescription("the document looks like UTF-16 without its mark: save it as UTF-8")
    if not text.strip():
        raise WrongDescription("the document is empty: write {} or remove it")
    return text


def _once_each(members: Sequence[tuple[str, object]]) -> None:
    """Of a name that is there twice, JSON's readers take the last and say nothing."""
    names = Counter(name for name, _ in members)
    name, times = max(names.items(), key=lambda one: one[1], default=("", 0))
    if times > 1:
        said = "is there twice; leave one"
        raise WrongDescription(_in_words((name,), said), [((name,), said)])


def _faults(error: ValidationError) -> list[tuple[_Place, str]]:
    """Each place once, with what is wrong there; the innermost of such a field."""
    faults: dict[_Place, str] = {}
    for fault in error.errors(include_url=False, include_input=False):
        field, *steps = fault["loc"] or ("",)
        if field in _EITHER and steps:
            # The model names the kind that it tried behind the field.
            place = (field, *steps[1:])
            known = next((one for one in faults if one[0] == field), ())
            if len(place) > len(known):
                faults.pop(known, None)
                faults[place] = _EITHER[str(field)]
        elif steps[-1:] == ["[key]"]:
            faults[(field,)] = "a name there must have 1 to 200 characters"
        else:
            faults[fault["loc"]] = _said(fault)
    return list(faults.items())


def _in_words(place: _Place, said: str) -> str:
    named = ".".join(map(str, place)) or "the document"
    shown = named if len(named) <= 60 else named[:60] + "…"
    return f"{shown}: {said}"


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

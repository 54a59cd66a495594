"""`_source.json`: what a prefix's files look like, where they differ from the default."""

import codecs
import json
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Annotated, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    field_validator,
)
from pydantic_core import ErrorDetails

from etl.columns.characters import visible
from etl.errors import Refused
from etl.source.date_formats import ISO, WORDS, fault_of
from etl.source.encodings import ENCODINGS, canonical_encoding
from etl.source.months import LANGUAGES

FILE_NAME = "_source.json"
MAX_BYTES = 1 << 20
_MOST_FAULTS = 5

# Any ASCII character that cannot be part of a number, a name or a line's end.
_DELIMITER = r"^[\x01-\x09\x0b\x0c\x0e-!#-*,/:-@\[-\^`{-~]$"

_Text = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class Description(BaseModel):
    """Every field is optional; an absent one keeps the default of the sales format."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, title="Source description")

    delimiter: Annotated[str, StringConstraints(pattern=_DELIMITER)] | None = Field(
        default=None,
        description="Field separator, one ASCII character. Absent: one of , ; tab | that the "
        "header line tells.",
    )
    header_line: int | None = Field(
        default=None,
        ge=1,
        le=10_000,
        description="Number of the line that names the columns; what stands above it is skipped.",
    )
    decimal: Literal[".", ","] = Field(
        default=".", description="Decimal mark of quantity and price."
    )
    encoding: _Text | None = Field(
        default=None,
        description="Absent: UTF-8. One of these or of their usual aliases: "
        + ", ".join(sorted(ENCODINGS))
        + ".",
    )
    date_formats: tuple[_Text, ...] = Field(
        default=(),
        max_length=20,
        description="Formats of order_date, tried in this order: strptime's, or one of the words "
        + ", ".join([ISO, *WORDS])
        + ". Absent: iso.",
    )
    languages: tuple[_Text, ...] = Field(
        default=(),
        max_length=len(LANGUAGES),
        description="Languages of the month names that %b and %B read; absent: every one of "
        + ", ".join(LANGUAGES)
        + ", but for names that mean another month in another of them.",
    )
    columns: dict[_Text, _Text] = Field(
        default={},
        max_length=1000,
        description="This file's column names to ours, e.g. {'Order ID': 'order_id'}. Each must be "
        "in the file; of several for one of ours, one.",
    )
    repeated_columns: Literal["number", "first", "last", "refuse"] = Field(
        default="number",
        description="Columns of one name: number them (note, note_2; the six required ones are "
        "refused), keep the first or the last, or refuse the file.",
    )
    key: tuple[_Text, ...] = Field(
        default=("order_id",),
        min_length=1,
        max_length=10,
        description="Columns that identify a row.",
    )

    @field_validator("encoding")
    @classmethod
    def _encoding_is_known(cls, name: str | None) -> str | None:
        if name is not None and canonical_encoding(name) is None:
            raise ValueError(f"{name!r} is no encoding that is read; docs/etl.md lists them")
        return name

    @field_validator("date_formats")
    @classmethod
    def _formats_read_a_date(cls, formats: tuple[str, ...]) -> tuple[str, ...]:
        for form in formats:
            fault = fault_of(form)
            if fault:
                raise ValueError(f"{form!r} {fault}")
        return formats

    @field_validator("languages")
    @classmethod
    def _languages_are_known(cls, languages: tuple[str, ...]) -> tuple[str, ...]:
        unknown = [name for name in languages if name not in LANGUAGES]
        if unknown:
            raise ValueError(f"{unknown[0]!r} is none of {', '.join(LANGUAGES)}")
        return languages

    @field_validator("columns")
    @classmethod
    def _one_name_each(cls, columns: dict[str, str]) -> dict[str, str]:
        if not all(map(_compared, columns.values())):
            raise ValueError("a column's name must not be blank")
        if len(set(map(_compared, columns))) < len(columns):
            raise ValueError("one column is named twice; blanks at the ends and case do not count")
        return columns

    @field_validator("key")
    @classmethod
    def _each_column_once(cls, key: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(map(_compared, key))) < len(key):
            raise ValueError("one column is named twice; blanks at the ends and case do not count")
        return key

    def absent_columns(self, source_names: Sequence[str]) -> list[str]:
        """The described columns of which the file has no spelling."""
        present = set(map(_compared, source_names))
        spellings: dict[str, list[str]] = {}
        for theirs, ours in self.columns.items():
            spellings.setdefault(_compared(ours), []).append(theirs)
        return [
            " or ".join(names)
            for names in spellings.values()
            if present.isdisjoint(map(_compared, names))
        ]

    def renamed(self, source_name: str) -> str:
        """Our name for a column of the file, compared without blanks at its ends and case."""
        return visible(self._ours.get(_compared(source_name), source_name))

    @cached_property
    def _ours(self) -> Mapping[str, str]:
        return {_compared(theirs): ours for theirs, ours in self.columns.items()}

    def key_columns(self, names: Sequence[str]) -> tuple[str, ...]:
        """Raises Refused (`missing_column`) if the file has no such column."""
        present = {name.lower(): name for name in names}
        missing = [name for name in self.key if _compared(name) not in present]
        if missing:
            raise Refused("missing_column", f"Missing key column: {', '.join(missing)}.", line=1)
        return tuple(present[_compared(name)] for name in self.key)


def _compared(name: str) -> str:
    """What is equal for two spellings of one column."""
    return visible(name).lower()


def parse_description(content: bytes) -> Description:
    """Raises Refused (`bad_source_description`) naming the wrong fields, whatever the content."""
    if len(content) > MAX_BYTES:
        raise _wrong(f"it is larger than {MAX_BYTES >> 20} MiB")
    try:
        return Description.model_validate_json(content.removeprefix(codecs.BOM_UTF8))
    except ValidationError as error:
        faults = error.errors(include_url=False, include_input=False)
        words = [_in_words(fault) for fault in faults[:_MOST_FAULTS]]
        if len(faults) > _MOST_FAULTS:
            words.append(f"and {len(faults) - _MOST_FAULTS:,} more")
        raise _wrong("; ".join(words)) from error


def _wrong(problems: str) -> Refused:
    return Refused("bad_source_description", f"{FILE_NAME} is wrong: {problems}.")


def _in_words(fault: ErrorDetails) -> str:
    place = ".".join(map(str, fault["loc"])) or "the document"
    shown = place if len(place) <= 60 else place[:60] + "…"
    return f"{shown}: {fault['msg'].removeprefix('Value error, ')}"


def published_schema() -> str:
    """The JSON schema of `_source.json`, as docs/source-description.schema.json holds it."""
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    return json.dumps(schema | Description.model_json_schema(), indent=2) + "\n"

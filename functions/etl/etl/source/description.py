"""`_source.json`: what a prefix's files look like, where they differ from the default."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Annotated, Any, Literal, Self
from zoneinfo import available_timezones

from annotated_types import Len
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    field_validator,
    model_validator,
)

from etl.columns.characters import visible
from etl.errors import Refused
from etl.source.counted_dates import WORDS
from etl.source.date_formats import ISO, fault_of
from etl.source.encodings import ENCODINGS, canonical_encoding
from etl.source.months import LANGUAGES

FILE_NAME = "_source.json"

# Any ASCII character that cannot be part of a number, a name or a line's end.
_DELIMITER = r"^[\x01-\x09\x0b\x0c\x0e-!#-*,/:-@\[-\^`{-~]$"
# One ASCII character that is neither letter, digit, blank nor a line's end, or nothing.
_MARK = r"^[!-/:-@\[-`{-~]?$"
_COMMENT = r"^[!-/:-@\[-`{-~]{1,3}$"

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
    quote: Annotated[str, StringConstraints(pattern=_MARK)] | None = Field(
        default=None,
        description="The character around values, by default the double quote; empty: there is "
        "none.",
    )
    escape: Annotated[str, StringConstraints(pattern=_MARK)] | None = Field(
        default=None,
        description="The character before a quote, a delimiter, a line's end or itself that makes "
        "it text; empty: none, and a backslash is text. Absent: a backslash before a quote inside "
        "a field refuses the file.",
    )
    comment: Annotated[str, StringConstraints(pattern=_COMMENT)] | None = Field(
        default=None, description="What a line begins with that is no row."
    )
    decimal: Literal[".", ","] | None = Field(
        default=None,
        description="Decimal mark of quantity and price. Absent: the dot, and where values may be "
        "thousands or decimals a report asks; what stands here is meant.",
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
    column_names: tuple[_Text, ...] = Field(
        default=(),
        max_length=1000,
        description="The columns in their order, for a file without a header line.",
    )
    constants: dict[_Text, Annotated[str, StringConstraints(max_length=200)]] = Field(
        default={},
        max_length=100,
        description="Columns that the file does not have, with the text that every row has there.",
    )
    missing: tuple[_Text, ...] | dict[_Text, tuple[_Text, ...]] = Field(
        default=(),
        description="Texts that mean a missing value, in every column or by column; written as "
        "they stand in the file.",
    )
    time_column: _Text | None = Field(
        default=None,
        description="The column with the time of day, if order_date holds the date alone.",
    )
    time_zone: _Text | None = Field(
        default=None,
        description="IANA name of the zone of times without an offset, e.g. Europe/Berlin. "
        "Absent: UTC. A date without a time stays that date.",
    )
    fractional_quantity: Literal["refuse", "round"] | None = Field(
        default=None,
        description="A quantity that is no whole number: its row is dropped, or it is rounded, "
        "halves away from zero. Absent: it is dropped, and a report asks.",
    )
    repeated_columns: Literal["number", "first", "last", "refuse"] = Field(
        default="number",
        description="Columns of one name: number them (note, note_2; the six required ones are "
        "refused), keep the first or the last, or refuse the file.",
    )
    key: Literal["row", "none"] | Annotated[tuple[_Text, ...], Len(1, 10)] = Field(
        default=("order_id",),
        description="Columns that identify a row; or row: all of them; or none: no row is a "
        "repeat of another.",
    )

    @model_validator(mode="after")
    def _each_mark_has_one_meaning(self) -> Self:
        marks = [self.delimiter, '"' if self.quote is None else self.quote, self.escape]
        given = [mark for mark in marks if mark]
        if len(set(given)) < len(given):
            raise ValueError("delimiter, quote and escape must be different characters")
        if self.comment and self.comment[0] in given:
            raise ValueError(
                f"comment must not begin with {self.comment[0]}, as rows do: each of these would "
                "be left out"
            )
        return self

    @property
    def marks(self) -> Mapping[str, str]:
        """The characters that are given another meaning than that of a delimiter, by field."""
        given = {"quote": self.quote, "escape": self.escape, "comment": self.comment}
        return {name: mark[0] for name, mark in given.items() if mark}

    @field_validator("encoding")
    @classmethod
    def _encoding_is_known(cls, name: str | None) -> str | None:
        if name is not None and canonical_encoding(name) is None:
            raise ValueError(
                f"{name!r} is no encoding that is read; "
                "docs/source-description.schema.json lists them"
            )
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

    @field_validator("time_zone")
    @classmethod
    def _zone_is_known(cls, name: str | None) -> str | None:
        # "localtime" is another zone on another machine.
        if name is not None and name not in available_timezones() - {"localtime", "posixrules"}:
            raise ValueError(f"{name!r} is no time zone of the IANA database")
        return name

    @field_validator("column_names", "constants")
    @classmethod
    def _no_name_twice(cls, names: Any) -> Any:  # noqa: ANN401 - a tuple or a dict of names
        compared = [_compared(name) for name in names]
        if not all(compared):
            raise ValueError("a column's name must not be blank")
        if len(set(compared)) < len(compared):
            raise ValueError("one column is named twice; blanks at the ends and case do not count")
        return names

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
    def _each_column_once(cls, key: str | tuple[str, ...]) -> str | tuple[str, ...]:
        if not isinstance(key, str) and len(set(map(_compared, key))) < len(key):
            raise ValueError("one column is named twice; blanks at the ends and case do not count")
        return key

    @property
    def decimal_mark(self) -> str:
        """The one that numbers are read by."""
        return self.decimal or "."

    def missing_words(self, name: str) -> tuple[str, ...]:
        """What means a missing value in this column."""
        if not isinstance(self.missing, dict):
            return self.missing
        return tuple(
            word
            for column, words in self.missing.items()
            for word in words
            if _compared(column) == name.lower()
        )

    @property
    def missing_columns(self) -> Sequence[str]:
        """The columns that have such words of their own."""
        return list(self.missing) if isinstance(self.missing, dict) else []

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
        if isinstance(self.key, str):
            return tuple(names) if self.key == "row" else ()
        present = {name.lower(): name for name in names}
        missing = [name for name in self.key if _compared(name) not in present]
        if missing:
            raise Refused(
                "missing_column",
                f"Missing key column: {', '.join(missing)}, which `key` of {FILE_NAME} asks for.",
                line=1,
            )
        return tuple(present[_compared(name)] for name in self.key)


def _compared(name: str) -> str:
    """What is equal for two spellings of one column."""
    return visible(name).lower()

"""`_source.json`: what a prefix's files look like, where they differ from the default."""

import codecs
import json
from collections.abc import Sequence
from datetime import UTC, datetime
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

from etl.errors import Refused

FILE_NAME = "_source.json"

_Text = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class Description(BaseModel):
    """Every field is optional; an absent one keeps the default of the sales format."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, title="Source description")

    delimiter: Literal[",", ";", "\t", "|"] | None = Field(
        default=None, description="Field separator. Absent: found from the header line."
    )
    decimal: Literal[".", ","] = Field(
        default=".", description="Decimal mark of quantity and price."
    )
    encoding: _Text | None = Field(
        default=None, description="Any encoding Python knows, e.g. cp1252. Absent: UTF-8."
    )
    date_formats: tuple[_Text, ...] = Field(
        default=(),
        max_length=20,
        description="strptime formats of order_date, tried in this order, instead of the default.",
    )
    columns: dict[_Text, _Text] = Field(
        default={}, description="This file's column names to ours, e.g. {'Order ID': 'order_id'}."
    )
    key: tuple[_Text, ...] = Field(
        default=("order_id",),
        min_length=1,
        max_length=10,
        description="Columns that identify a row.",
    )

    @field_validator("encoding")
    @classmethod
    def _encoding_exists(cls, name: str | None) -> str | None:
        if name is None:
            return None
        try:
            is_text = codecs.lookup(name)._is_text_encoding
        except LookupError as error:
            raise ValueError(f"unknown encoding {name!r}") from error
        if not is_text:
            raise ValueError(f"{name!r} is not a text encoding")
        return name

    @field_validator("date_formats")
    @classmethod
    def _formats_read_a_date(cls, formats: tuple[str, ...]) -> tuple[str, ...]:
        """A format must give back year, month and day; then it cannot fill in today's."""
        sample = datetime(2034, 12, 30, 21, 43, 56, tzinfo=UTC)
        for form in formats:
            try:
                read = datetime.strptime(sample.strftime(form), form)
            except ValueError as error:
                raise ValueError(f"{form!r} is not a strptime format: {error}") from error
            if read.date() != sample.date():
                raise ValueError(f"{form!r} does not name year, month and day")
        return formats

    @field_validator("columns")
    @classmethod
    def _one_name_each(cls, columns: dict[str, str]) -> dict[str, str]:
        ours = [name.strip().lower() for name in columns.values()]
        if len(set(ours)) < len(ours):
            raise ValueError("two columns are given the same name")
        return columns

    def renamed(self, source_name: str) -> str:
        """Our name for a column of the file, compared without blanks at its ends and case."""
        wanted = source_name.strip().lower()
        for theirs, ours in self.columns.items():
            if theirs.strip().lower() == wanted:
                return ours.strip()
        return source_name.strip()

    def key_columns(self, names: Sequence[str]) -> tuple[str, ...]:
        """Raises Refused (`missing_column`) if the file has no such column."""
        present = {name.lower(): name for name in names}
        missing = [name for name in self.key if name.strip().lower() not in present]
        if missing:
            raise Refused("missing_column", f"Missing key column: {', '.join(missing)}.", line=1)
        return tuple(present[name.strip().lower()] for name in self.key)


def parse_description(content: bytes) -> Description:
    """Raises Refused (`bad_source_description`) naming each wrong field."""
    try:
        return Description.model_validate_json(content)
    except ValidationError as error:
        problems = "; ".join(map(_in_words, error.errors()))
        raise Refused("bad_source_description", f"{FILE_NAME} is wrong: {problems}.") from error


def _in_words(fault: ErrorDetails) -> str:
    place = ".".join(map(str, fault["loc"])) or "the document"
    return f"{place}: {fault['msg'].removeprefix('Value error, ')}"


def published_schema() -> str:
    """The JSON schema of `_source.json`, as docs/source-description.schema.json holds it."""
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    return json.dumps(schema | Description.model_json_schema(), indent=2) + "\n"

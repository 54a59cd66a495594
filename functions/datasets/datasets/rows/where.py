"""The filter grammar, `COLUMN OPERATOR VALUE`, typed by the schema. docs/datasets.md has it.

>>> schema = pa.schema([("price", pa.float64())])
>>> parse_condition("price>=10.5", schema).expression
<pyarrow.compute.Expression (price >= 10.5)>
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import pyarrow as pa
import pyarrow.compute as pc

from datasets.errors import InvalidInput
from datasets.parquet.absent import no_column
from datasets.rows.moments import parse_moment

_OPERATOR = re.compile(r"\s*(!=|>=|<=|!~|=|>|<|~|\bcontains\b)\s*", re.IGNORECASE)
_WHOLE = re.compile(r"[+-]?\d+")
_LONGEST = len("-9223372036854775808")
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?")
_COMPARE: dict[str, Callable[[pc.Expression, object], pc.Expression]] = {
    "=": lambda field, value: field == value,
    "!=": lambda field, value: field != value,
    ">": lambda field, value: field > value,
    ">=": lambda field, value: field >= value,
    "<": lambda field, value: field < value,
    "<=": lambda field, value: field <= value,
}


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition: what Arrow evaluates, and the column that it reads."""

    column: str
    expression: pc.Expression


def parse_conditions(texts: Sequence[str], schema: pa.Schema) -> list[Condition]:
    """All must hold. Raises InvalidInput naming the text at fault."""
    return [parse_condition(text, schema) for text in texts]


def all_of(conditions: Sequence[Condition]) -> pc.Expression | None:
    """None where there is no condition."""
    found: pc.Expression | None = None
    for condition in conditions:
        found = condition.expression if found is None else found & condition.expression
    return found


def parse_condition(text: str, schema: pa.Schema) -> Condition:
    column, operator, value = _split(text, schema)
    kind = schema.field(column).type
    field = pc.field(column)
    if value == "" and operator in ("=", "!="):
        missing = field.is_null()
        return Condition(column, missing if operator == "=" else ~missing)
    if pa.types.is_timestamp(kind):
        return Condition(column, _of_moment(field, operator, value, text))
    if pa.types.is_string(kind):
        return Condition(column, _of_text(field, operator, value))
    if operator not in _COMPARE:
        raise _wrong(text, f"{column} is a number: {operator} is for texts")
    number = _number(value, text, whole=pa.types.is_integer(kind))
    return Condition(column, _COMPARE[operator](field, pa.scalar(number, kind)))


def _split(text: str, schema: pa.Schema) -> tuple[str, str, str]:
    """The longest column that the text begins with: names may hold blanks and operators."""
    bare = text.strip()
    for name in sorted(schema.names, key=len, reverse=True):
        found = _OPERATOR.match(bare, len(name)) if bare.startswith(name) else None
        if found is not None:
            operator = found[1].lower()
            return name, "~" if operator == "contains" else operator, bare[found.end() :]
    found = _OPERATOR.search(bare)
    if found is None:
        raise _wrong(text, "is not COLUMN OPERATOR VALUE with one of = != > >= < <= ~ !~ contains")
    raise _wrong(text, no_column(bare[: found.start()], schema.names))


def _of_text(field: pc.Expression, operator: str, value: str) -> pc.Expression:
    if operator in ("~", "!~"):
        found = pc.match_substring(field, value, ignore_case=True)
        return found if operator == "~" else ~found
    return _COMPARE[operator](field, value)


def _of_moment(field: pc.Expression, operator: str, value: str, text: str) -> pc.Expression:
    """A day, a month or a year stands for all of its moments."""
    if operator not in _COMPARE:
        raise _wrong(text, f"{operator} is for texts, not for dates")
    period = parse_moment(value)
    if period is None:
        raise _wrong(
            text,
            "is not a date of the years 1 to 9998: 2026, 2026-01, 2026-01-31 or "
            "2026-01-31T10:00:00Z are",
            value,
        )
    first, after = _stamp(period.first), _stamp(period.after)
    inside = (field >= first) & (field < after)
    return {
        "=": inside,
        "!=": ~inside,
        ">": field >= after,
        ">=": field >= first,
        "<": field < first,
        "<=": field < after,
    }[operator]


def _stamp(moment: datetime) -> pa.Scalar:
    return pa.scalar(moment, pa.timestamp("us"))


def _number(value: str, text: str, *, whole: bool) -> float:
    if whole:
        if not _WHOLE.fullmatch(value):
            raise _wrong(text, "is not a whole number", value)
        if len(value) > _LONGEST or not -(2**63) <= int(value) < 2**63:
            raise _wrong(text, "is more than a whole number of a dataset can be (±2^63)", value)
        return int(value)
    if not _NUMBER.fullmatch(value):
        raise _wrong(text, "is not a number with a decimal point", value)
    return float(value)


def _wrong(text: str, detail: str, value: str | None = None) -> InvalidInput:
    said = detail if value is None else f"{value[:100]!r} {detail}"
    return InvalidInput(f"{text[:200]!r}: {said}", parameter="where")

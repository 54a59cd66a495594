"""The advice of a report: what was refused most, what the file looks like, what would keep more.

Nothing here is applied by itself: a person copies the description, or does not.
"""

from typing import Any, Final

from pydantic import BaseModel, ConfigDict


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class RefusedValue(_Part):
    """A value that dropped rows, how many at least, and the first lines it stands on.

    `value` is None where the reason is no value's (a missing id). `originals` are the rows on
    `lines` where a value does not show what was wrong, and `original` is the first of them.
    """

    value: str | None
    count: int
    lines: tuple[int, ...]
    original: str | None = None
    originals: tuple[str, ...] = ()

    @property
    def shown(self) -> tuple[str, ...]:
        """The value, or without one the rows on `lines`, of which each is another."""
        if self.value is not None:
            return (self.value,)
        return self.originals or (self.original or "",)


class Counted(_Part):
    """A value, or the shape of values (9 is a digit, a is a word), and its rows."""

    value: str
    count: int


class ColumnProfile(_Part):
    """One column over the rows looked at. `minimum` and `maximum` are of what was read of it.

    `read_by` says how many rows each date format or decimal mark would read, of the first hundreds
    of different values; empty for texts.
    """

    name: str
    source_name: str
    missing: int
    distinct: int
    common: tuple[Counted, ...]
    shapes: tuple[Counted, ...]
    minimum: str | None = None
    maximum: str | None = None
    read_by: dict[str, int] = {}


class Profile(_Part):
    """What the file looks like; `encoding` is None where nothing but ASCII was seen."""

    encoding: str | None
    delimiter: str
    header_line: int
    columns: tuple[ColumnProfile, ...]


class Change(_Part):
    """One field of `_source.json` and why it is proposed."""

    field: str
    value: Any
    because: str


class Effect(_Part):
    """Measured: how many of the tried rows are kept now, and with a description.

    `changed_values` are kept before and after, but read as another value.
    """

    rows: int
    kept_now: int
    kept_then: int
    changed_values: int = 0

    @property
    def more_rows(self) -> int:
        """What the description wins."""
        return self.kept_then - self.kept_now


class Suggestion(_Part):
    """A whole `_source.json`, and what it would do."""

    description: dict[str, Any]
    changes: tuple[Change, ...]
    effect: Effect


class Option(_Part):
    """One answer to a choice: a whole `_source.json`, and what its values would then mean."""

    meaning: str
    description: dict[str, Any]
    effect: Effect


class Choice(_Part):
    """What the file itself does not decide; a person who knows its origin does."""

    field: str
    question: str
    options: tuple[Option, ...]


TOTALS_KEPT: Final = "totals_kept"
SWALLOWED_ROWS: Final = "swallowed_rows"
CUT_OFF: Final = "cut_off"
JOINED_ROWS: Final = "joined_rows"
ADVICE_FAILED: Final = "advice_failed"
# Notices of rows that are counted as orders and are none, or are missing among them, or of nobody
# having looked for such: a run of such a file is warned of.
WARNED_OF: Final = frozenset({TOTALS_KEPT, SWALLOWED_ROWS, CUT_OFF, JOINED_ROWS, ADVICE_FAILED})


class Notice(_Part):
    """Something to know of the file that no description mends."""

    kind: str
    message: str
    column: str | None = None
    examples: tuple[str, ...] = ()


class Advice(_Part):
    """`rows` were looked at closely: all of the file's if `is_complete`, else a sample of them."""

    rows: int
    is_complete: bool
    refused: dict[str, tuple[RefusedValue, ...]] = {}
    profile: Profile | None = None
    suggestion: Suggestion | None = None
    choices: tuple[Choice, ...] = ()
    notices: tuple[Notice, ...] = ()

    @property
    def has_something_to_say(self) -> bool:
        """Whether a description may keep more rows."""
        options = (option for choice in self.choices for option in choice.options)
        return self.suggestion is not None or any(one.effect.more_rows > 0 for one in options)

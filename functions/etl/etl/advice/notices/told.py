"""Notices as they are told: each once, with the columns that it is of."""

from collections.abc import Iterable, Iterator

from etl.report.advice import Notice

_EXAMPLES = 3


def said_once(notices: Iterable[Notice]) -> tuple[Notice, ...]:
    """Those of the same words as one, with an example of each column, in their order."""
    groups: dict[tuple[str, str], list[Notice]] = {}
    for notice in notices:
        groups.setdefault((notice.kind, notice.message), []).append(notice)
    return tuple(map(_of_columns, groups.values()))


def _of_columns(notices: list[Notice]) -> Notice:
    first = notices[0]
    columns = list(dict.fromkeys(one.column for one in notices if one.column))
    is_named = len(columns) == 1 and columns[0] in first.message
    message = f"{', '.join(columns)}: {first.message}" if columns and not is_named else None
    return first.model_copy(
        update={
            "message": message or first.message,
            "examples": tuple(dict.fromkeys(_in_turn([one.examples for one in notices])))[
                :_EXAMPLES
            ],
        }
    )


def _in_turn(lists: list[tuple[str, ...]]) -> Iterator[str]:
    """The first of each, then the second of each."""
    for place in range(max(map(len, lists), default=0)):
        yield from (one[place] for one in lists if place < len(one))

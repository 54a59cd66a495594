"""The checker of histories rejects each kind of a broken promise, and nothing that is allowed."""

import random
from dataclasses import replace

import pytest

from tests.torture.history import Event, History, Row, violations

ADA, BOB = "ada@example.com", "bob@example.com"
FIRST = Row(ADA, "id-a", 1, "first")
SECOND = Row(ADA, "id-a", 2, "second")
THIRD = Row(ADA, "id-a", 3, "third")

CREATED = Event(1, "create", ADA, 0.0, 1.0, 201, name="first", row=FIRST)
CHANGED = Event(1, "change", ADA, 2.0, 3.0, 200, name="second", base=1, row=SECOND)
UNKNOWN = Event(2, "change", ADA, 4.0, 5.0, 503, name="third")
DELETED = Event(1, "delete", ADA, 6.0, 7.0, 204)
TOLD = [CREATED, CHANGED]


def read(row: Row | None, *, client: int = 2, at: float = 10.0) -> Event:
    return Event(client, "read", ADA, at, at + 1, 404 if row is None else 200, row=row)


def said_of(
    *events: Event, user: Row | None = SECOND, found: Row | None = SECOND, stale: float = 5.0
) -> list[str]:
    def by_email(row: Row | None) -> dict[str, Row]:
        return {ADA: row} if row else {}

    return violations(History(events, by_email(user), by_email(found)), stale_seconds=stale)


def test_history_in_which_every_promise_is_kept_is_accepted() -> None:
    assert said_of(*TOLD, read(FIRST, at=4.0), read(SECOND), read(SECOND, client=1, at=3.0)) == []


def test_write_whose_answer_was_an_error_may_be_there_or_not() -> None:
    assert said_of(*TOLD, UNKNOWN) == []
    assert said_of(*TOLD, UNKNOWN, read(THIRD), user=THIRD, found=THIRD) == []


def test_user_may_be_gone_once_its_deletion_was_asked_for() -> None:
    for delete in (DELETED, replace(DELETED, status=503)):
        assert said_of(*TOLD, delete, read(None), user=None, found=None) == []


@pytest.mark.parametrize(
    ("events", "end", "words"),
    [
        pytest.param(TOLD, FIRST, "version 2 was acknowledged, 1 is there", id="lost change"),
        pytest.param(
            [*TOLD, read(SECOND, at=3.5), read(FIRST, at=5.0)],
            SECOND,
            "client 2 saw version 1 after 2",
            id="back in time",
        ),
        pytest.param([CREATED], None, "not there in the end", id="lost user"),
        pytest.param([*TOLD, DELETED], SECOND, "deletion was acknowledged", id="lost deletion"),
        pytest.param(
            [*TOLD, replace(CHANGED, client=2, base=None, name="other")],
            SECOND,
            "version 2 was acknowledged twice",
            id="lost update",
        ),
        pytest.param(
            [*TOLD, replace(CHANGED, client=2, name="third", row=THIRD)],
            THIRD,
            "a change of version 1 made version 3",
            id="If-Match passed over a change",
        ),
        pytest.param(
            [*TOLD, read(FIRST, client=1, at=3.0)], SECOND, "read version 1", id="own write unseen"
        ),
        pytest.param([*TOLD, read(FIRST)], SECOND, "client 2 read version 1", id="stale read"),
        pytest.param([*TOLD, read(None)], SECOND, "read 404", id="user unseen"),
        pytest.param([*TOLD, DELETED, read(SECOND, at=20.0)], None, "was deleted", id="ghost"),
        pytest.param(
            [*TOLD, read(Row(BOB, "id-b", 2, "second"))], SECOND, "answered with", id="other's row"
        ),
        pytest.param(
            [*TOLD, read(replace(SECOND, name="Mallory"))], SECOND, "nobody wrote", id="made up"
        ),
        pytest.param(
            [*TOLD, UNKNOWN, read(replace(SECOND, name="third"))],
            SECOND,
            "version 2 is second and third",
            id="two states of one version",
        ),
        pytest.param(
            [*TOLD, read(replace(SECOND, id="id-b"))], SECOND, "made more than once", id="twice"
        ),
        pytest.param([*TOLD, replace(UNKNOWN, status=500)], SECOND, "answered 500", id="bare 500"),
    ],
)
def test_broken_promise_is_said(events: list[Event], end: Row | None, words: str) -> None:
    said = said_of(*events, user=end, found=end)
    assert any(words in text for text in said), said


@pytest.mark.parametrize("found", [None, FIRST])
def test_search_that_does_not_converge_is_said(found: Row | None) -> None:
    (said,) = said_of(*TOLD, found=found)
    assert said.startswith(f"{ADA}: search finds")


def test_row_of_a_user_whom_nobody_wrote_is_said() -> None:
    stranger = {BOB: Row(BOB, "id-b", 1, "x")}
    assert violations(History([], stranger, {}), stale_seconds=0) == [f"{BOB}: nobody wrote it"]


def test_read_is_too_old_where_any_write_that_it_must_show_is_newer() -> None:
    drawn = random.Random(7)
    rows = [Row(ADA, "id-a", version, f"name {version}") for version in range(1, 8)]
    outcomes = set()
    for _ in range(300):
        writes = [
            Event(drawn.randint(1, 3), "change", ADA, end - 1, end, 200, row.name, row=row)
            for row in rows
            for end in [drawn.uniform(1, 20)]
        ]
        seen = read(drawn.choice(rows), client=drawn.randint(1, 3), at=drawn.uniform(1, 25))
        must = [
            write.row.version
            for write in writes
            if write.row and write.ended + (0 if write.client == seen.client else 5) <= seen.started
        ]
        said = said_of(*writes, seen, user=rows[-1], found=rows[-1])
        is_old = seen.row is not None and seen.row.version < max(must, default=0)
        assert is_old == any("was acknowledged to client" in text for text in said)
        outcomes.add(is_old)
    assert outcomes == {True, False}


def test_long_history_of_one_user_is_looked_through_in_a_moment() -> None:
    rows = [Row(ADA, "id-a", version, f"name {version}") for version in range(1, 20_001)]
    events = [
        event
        for row in rows
        for event in (
            Event(1, "change", ADA, row.version, row.version, 200, row.name, row=row),
            read(row, client=1, at=row.version),
        )
    ]
    assert said_of(*events, user=rows[-1], found=rows[-1]) == []

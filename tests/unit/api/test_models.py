"""Emails as keys, names, cursors and conditions: rules without services."""

from datetime import UTC, datetime
from typing import get_args
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.breaker import CircuitBreaker
from api.errors import InvalidInput
from api.users.conditions import wanted_tags
from api.users.cursor import read_cursor, write_cursor
from api.users.listing import ListPlace, ListRequest, Sort
from api.users.models import email_key


@given(st.text())
def test_key_of_a_key_is_itself(text: str) -> None:
    assert email_key(email_key(text)) == email_key(text)


@pytest.mark.parametrize(
    ("one", "other"),
    [("Ada@X.org", "ada@x.ORG"), ("ｕser@x.org", "user@x.org"), ("straße@x.org", "STRASSE@x.org")],
)
def test_emails_that_people_take_for_one_have_one_key(one: str, other: str) -> None:
    assert email_key(one) == email_key(other)


MOMENTS = st.datetimes(datetime(1970, 1, 1), datetime(9999, 12, 30), timezones=st.just(UTC))
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=100)
KEYS = {"created_at": st.none(), "updated_at": MOMENTS}


@given(st.data(), st.sampled_from(get_args(Sort)), st.none() | st.text())
def test_cursor_comes_back_as_it_was(data: st.DataObject, sort: Sort, role: str | None) -> None:
    request = ListRequest(50, role, sort)
    key = data.draw(KEYS.get(request.field, TEXTS))
    place = ListPlace(data.draw(MOMENTS), data.draw(st.uuids()), key)
    assert read_cursor(write_cursor(place, request), request) == place


@given(st.text(max_size=60), st.sampled_from(get_args(Sort)))
def test_any_other_cursor_is_refused_by_name(text: str, sort: Sort) -> None:
    with pytest.raises(InvalidInput):
        read_cursor(text, ListRequest(50, None, sort))


@pytest.mark.parametrize(
    "other",
    [ListRequest(50), ListRequest(50, "admin", "-created_at"), ListRequest(50, "a", "name")],
)
def test_cursor_of_another_filter_or_order_is_refused(other: ListRequest) -> None:
    place = ListPlace(datetime(2026, 1, 1, tzinfo=UTC), uuid4())
    cursor = write_cursor(place, ListRequest(50, "admin"))
    with pytest.raises(InvalidInput, match="with the role and the sort of the page before"):
        read_cursor(cursor, other)


def test_cursor_of_the_default_order_is_what_it_was_before_there_were_others() -> None:
    place = ListPlace(datetime(2026, 1, 1, tzinfo=UTC), UUID(int=7))
    cursor = write_cursor(place, ListRequest(50, "admin"))
    assert cursor == "AAZHSEYgQAAAAAAAAAAAAAAAAAAAAAAHbBkLIdq9"


@given(st.text())
def test_condition_is_tags_or_refused(text: str) -> None:
    try:
        tags = wanted_tags(text)
    except InvalidInput:
        return
    assert tags is None or all(f'"{tag}"' in text for tag in tags)


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def fail(breaker: CircuitBreaker) -> None:
    with pytest.raises(OSError, match="down"), breaker.watch():
        raise OSError("down")


def test_breaker_opens_after_three_failures_in_a_row_and_tries_again() -> None:
    clock = Clock()
    breaker = CircuitBreaker("redis", slow_seconds=1, clock=clock)
    fail(breaker)
    fail(breaker)
    with breaker.watch():
        pass
    for _ in range(3):
        assert not breaker.is_open
        fail(breaker)
    assert breaker.is_open
    clock.now = 10.0
    assert not breaker.is_open
    fail(breaker)
    assert breaker.is_open
    clock.now = 20.0
    with breaker.watch():
        pass
    fail(breaker)
    assert not breaker.is_open


def test_breaker_counts_slow_answers_as_failures() -> None:
    clock = Clock()
    breaker = CircuitBreaker("redis", slow_seconds=1, clock=clock)
    for _ in range(3):
        with breaker.watch():
            clock.now += 1.5
    assert breaker.is_open


def test_outage_makes_one_line_when_the_breaker_opens_and_one_when_it_closes(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("INFO")
    clock = Clock()
    breaker = CircuitBreaker("redis", slow_seconds=1, clock=clock)
    for _ in range(3):
        fail(breaker)
    for _ in range(3):
        clock.now += 10
        fail(breaker)
    clock.now += 10
    for _ in range(2):
        with breaker.watch():
            pass
    opened, closed = caplog.records
    assert (opened.getMessage(), opened.backend) == ("breaker opened", "redis")
    assert opened.error == ["builtins.OSError"]
    assert (closed.getMessage(), closed.backend) == ("breaker closed", "redis")


def test_breaker_says_how_slow_the_answer_was_that_opened_it(
    caplog: pytest.LogCaptureFixture,
) -> None:
    clock = Clock()
    breaker = CircuitBreaker("redis", slow_seconds=1, clock=clock)
    for _ in range(3):
        with breaker.watch():
            clock.now += 1.5
    (opened,) = caplog.records
    assert (opened.backend, opened.seconds) == ("redis", 1.5)

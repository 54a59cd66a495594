"""Schedules: expressions as EventBridge reads them, events as it sends them."""

import asyncio
import json
from datetime import UTC, datetime, timedelta

import pytest

from local.runtime.invocation import Throttled
from local.template.model import ScheduleTrigger
from local.triggers.expression import InvalidExpression, parse
from local.triggers.schedule import Clockwork


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("expression", "after", "expected"),
    [
        ("rate(1 minute)", "2026-01-01T00:00:05", "2026-01-01T00:01:05"),
        ("rate(5 minutes)", "2026-01-01T00:00:00", "2026-01-01T00:05:00"),
        ("rate(2 days)", "2026-01-01T00:00:00", "2026-01-03T00:00:00"),
        ("at(2026-02-03T04:05:06)", "2026-01-01T00:00:00", "2026-02-03T04:05:06"),
        ("cron(0 12 * * ? *)", "2026-01-01T12:00:00", "2026-01-02T12:00:00"),
        ("cron(15/20 8-9 ? * MON-FRI *)", "2026-01-02T09:55:00", "2026-01-05T08:15:00"),
        ("cron(0 0 29 2 ? *)", "2026-01-01T00:00:00", "2028-02-29T00:00:00"),
        ("cron(30 6 ? * 1 2027)", "2026-01-01T00:00:00", "2027-01-03T06:30:00"),
        ("cron(0/5 0 1,15 JAN,JUL ? *)", "2026-01-01T00:57:00", "2026-01-15T00:00:00"),
    ],
)
def test_the_next_time_is_the_one_aws_would_take(
    expression: str, after: str, expected: str
) -> None:
    assert parse(expression).next_after(at(after)) == at(expected)


def test_a_schedule_that_is_over_has_no_next_time() -> None:
    assert parse("at(2020-01-01T00:00:00)").next_after(at("2026-01-01")) is None
    assert parse("cron(0 0 1 1 ? 2020)").next_after(at("2026-01-01")) is None


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        ("every minute", "none of rate"),
        ("rate(1 minutes)", "a unit such as"),
        ("rate(0 minutes)", "a unit such as"),
        ("cron(0 12 * * *)", "5 fields, not 6"),
        ("cron(0 12 * * * *)", "exactly one of"),
        ("cron(61 12 * * ? *)", "minutes '61' is outside 0..59"),
        ("cron(0 12 L * ? *)", "day-of-month 'L' is not understood"),
        ("at(tomorrow)", "yyyy-mm-dd"),
    ],
)
def test_a_wrong_expression_names_the_part(expression: str, reason: str) -> None:
    with pytest.raises(InvalidExpression, match=reason):
        parse(expression)


@pytest.mark.parametrize(
    ("expression", "after", "expected"),
    [
        ("cron(0 3 * * ? *)", "2026-01-10T00:00:00", "2026-01-10T02:00:00"),
        ("cron(0 3 * * ? *)", "2026-07-10T00:00:00", "2026-07-10T01:00:00"),
        ("at(2026-07-10T09:00:00)", "2026-07-01T00:00:00", "2026-07-10T07:00:00"),
        ("rate(1 day)", "2026-03-28T12:00:00", "2026-03-29T12:00:00"),
        # The clocks show 2:00 to 3:00 twice on 25 October 2026.
        ("cron(0/30 * * * ? *)", "2026-10-25T01:10:00", "2026-10-25T01:30:00"),
    ],
)
def test_cron_and_at_go_by_the_clocks_of_their_time_zone(
    expression: str, after: str, expected: str
) -> None:
    trigger = ScheduleTrigger("Tick", "F", expression, timezone="Europe/Berlin")
    clockwork = Clockwork(trigger, invoker=None, region="eu-west-1")
    assert clockwork.next_after(at(after)) == at(expected)


def test_an_unknown_time_zone_is_named() -> None:
    trigger = ScheduleTrigger("Tick", "F", "rate(1 day)", timezone="Mars/Olympus")
    with pytest.raises(InvalidExpression, match="Mars/Olympus"):
        Clockwork(trigger, invoker=None, region="eu-west-1")


def test_the_scheduler_sends_its_own_default_event() -> None:
    trigger = ScheduleTrigger("Tick", "F", "rate(1 minute)", event_bridge_rule=False)
    event = json.loads(
        Clockwork(trigger, invoker=None, region="eu-west-1").payload(at("2026-01-01"))
    )
    assert event["source"] == "aws.scheduler"
    assert event["detail"] == "{}"
    assert event["time"] == "2026-01-01T00:00:00Z"
    assert event["resources"] == ["arn:aws:scheduler:eu-west-1:123456789012:schedule/default/Tick"]


def test_an_input_in_the_template_is_sent_as_it_is() -> None:
    trigger = ScheduleTrigger("Tick", "F", "rate(1 minute)", input='{"a": 1}')
    clockwork = Clockwork(trigger, invoker=None, region="eu-west-1")
    assert clockwork.payload(at("2026-01-01")) == b'{"a": 1}'


class SetClock:
    """A clock that passes as its owner sleeps and is set, by seconds, at the given sleeps."""

    def __init__(self, steps: dict[int, float]) -> None:
        self._now = at("2026-11-23T12:00:00")
        self._steps = steps
        self.slept = 0.0
        self._sleeps = 0

    def now(self) -> datetime:
        return self._now

    async def sleep(self, seconds: float) -> None:
        assert seconds >= 0
        self.slept += seconds
        self._now += timedelta(seconds=seconds + self._steps.get(self._sleeps, 0))
        self._sleeps += 1
        await asyncio.sleep(0)


class Counter:
    """Counts invokes and when they came, in seconds slept."""

    def __init__(self, clock: SetClock, enough: int) -> None:
        self.times: list[float] = []
        self._clock = clock
        self._enough = enough

    async def invoke_event(self, name: str, payload: bytes) -> str:
        self.times.append(self._clock.slept)
        if len(self.times) == self._enough:
            raise asyncio.CancelledError
        return "id"


@pytest.mark.parametrize(
    ("steps", "times"),
    [
        ({}, [60, 120, 180]),
        ({0: -3600}, [90, 150, 210]),
        ({0: 3600}, [30, 90, 150]),
        ({1: -0.01}, [60.01, 120.01, 180.01]),
    ],
    ids=["steady", "set back an hour", "set ahead an hour", "a hundredth slow"],
)
def test_a_clock_that_is_set_costs_no_hour_of_silence(
    steps: dict[int, float], times: list[float]
) -> None:
    clock = SetClock(steps)
    counter = Counter(clock, enough=len(times))
    work = Clockwork(
        ScheduleTrigger("F", "Every", "rate(1 minute)"), counter, region="r", clock=clock
    )
    with pytest.raises(asyncio.CancelledError):
        asyncio.run(work.run())
    assert counter.times == pytest.approx(times)


class Refusing(Counter):
    """Refuses the first invoke as Lambda does."""

    async def invoke_event(self, name: str, payload: bytes) -> str:
        await super().invoke_event(name, payload)
        raise Throttled(f"{name} reserves no concurrency")


def test_an_invoke_that_is_refused_is_logged_and_the_next_one_comes(
    caplog: pytest.LogCaptureFixture,
) -> None:
    clock = SetClock({})
    refusing = Refusing(clock, enough=2)
    work = Clockwork(
        ScheduleTrigger("Every", "F", "rate(1 minute)"), refusing, region="r", clock=clock
    )
    with pytest.raises(asyncio.CancelledError):
        asyncio.run(work.run())
    assert refusing.times == [60, 120]
    assert "schedule Every: F reserves no concurrency" in caplog.text

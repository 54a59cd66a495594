"""Schedules: the times at which they are due and the events that they send."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from samulator.control.triggers import triggers
from samulator.events.schedule.checked import silent_schedules
from samulator.events.schedule.clockwork import Clockwork
from samulator.events.schedule.expression import InvalidExpression
from samulator.functions.invocation import Throttled, Trigger
from samulator.template.model import Application, ScheduleTrigger


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("expression", "after", "expected"),
    [
        ("cron(0 3 * * ? *)", "2026-01-10T00:00:00", "2026-01-10T02:00:00"),
        ("cron(0 3 * * ? *)", "2026-07-10T00:00:00", "2026-07-10T01:00:00"),
        ("at(2026-07-10T09:00:00)", "2026-07-01T00:00:00", "2026-07-10T07:00:00"),
        ("rate(1 day)", "2026-03-28T12:00:00", "2026-03-29T12:00:00"),
        # The clocks show no 2:30 on 29 March 2026.
        ("cron(30 2 * * ? *)", "2026-03-28T12:00:00", "2026-03-30T00:30:00"),
        # They show it twice on 25 October: the first counts.
        ("cron(30 2 * * ? *)", "2026-10-24T12:00:00", "2026-10-25T00:30:00"),
        ("cron(30 2 * * ? *)", "2026-10-25T00:30:00", "2026-10-26T01:30:00"),
        ("cron(0/30 * * * ? *)", "2026-10-25T01:10:00", "2026-10-25T02:00:00"),
    ],
)
def test_cron_and_at_go_by_the_clocks_of_their_time_zone(
    expression: str, after: str, expected: str
) -> None:
    trigger = ScheduleTrigger(
        "Tick", "F", expression, event_bridge_rule=False, timezone="Europe/Berlin"
    )
    clockwork = Clockwork(trigger, invoker=None, region="eu-west-1")
    assert clockwork.next_after(at(after)) == at(expected)


@pytest.mark.parametrize("zone", ["Mars/Olympus", "Europe", "../etc", ""])
def test_an_unknown_time_zone_is_named(zone: str) -> None:
    trigger = ScheduleTrigger("Tick", "F", "rate(1 day)", timezone=zone)
    with pytest.raises(InvalidExpression, match=f"{zone}' is no time zone"):
        Clockwork(trigger, invoker=None, region="eu-west-1")


@pytest.mark.parametrize(
    ("expression", "after", "expected"),
    [
        ("rate(1 hour)", "2026-01-01T00:00:00", "2026-02-01T00:30:00"),
        ("rate(1 hour)", "2026-02-01T00:30:00", "2026-02-01T01:30:00"),
        ("rate(1 hour)", "2026-02-01T05:00:00", "2026-02-01T05:30:00"),
        ("cron(30 0 * * ? *)", "2026-01-01T00:00:00", "2026-02-01T00:30:00"),
        ("cron(0 0 * * ? *)", "2026-01-01T00:00:00", "2026-02-02T00:00:00"),
        ("cron(0 0 * * ? *)", "2026-02-02T12:00:00", "2026-02-03T00:00:00"),
        ("cron(0 0 * * ? *)", "2026-02-03T00:00:00", None),
        ("rate(1 day)", "2026-02-02T00:30:00", None),
        ("at(2026-01-15T00:00:00)", "2026-01-01T00:00:00", "2026-01-15T00:00:00"),
    ],
)
def test_a_recurring_schedule_keeps_to_its_start_and_end_date(
    expression: str, after: str, expected: str | None
) -> None:
    trigger = ScheduleTrigger(
        "Tick",
        "F",
        expression,
        event_bridge_rule=False,
        start="2026-02-01T00:30:00Z",
        end="2026-02-03T00:00:00Z",
    )
    clockwork = Clockwork(trigger, invoker=None, region="eu-west-1")
    assert clockwork.next_after(at(after)) == (at(expected) if expected else None)


@pytest.mark.parametrize(
    "options",
    [
        {"expression": "at(9999-12-31T23:59:59)", "timezone": "America/New_York"},
        {"expression": "cron(0 0 1 * ? *)", "start": "9999-12-31T23:59:59Z"},
        {"expression": "rate(1 day)", "input": "[" * 100_000},
    ],
)
def test_what_python_cannot_reckon_is_named_as_silent(options: dict[str, str]) -> None:
    trigger = ScheduleTrigger("n", "F", place="F.Events.n", event_bridge_rule=False, **options)
    silent = silent_schedules([trigger], at("2026-01-01"))
    assert silent["F.Events.n"].startswith(f"{trigger.expression} does not fire here: ")


def test_what_never_fires_is_named_with_its_place_and_its_reason() -> None:
    def schedule(name: str, expression: str, **options: object) -> ScheduleTrigger:
        return ScheduleTrigger(name, "F", expression, place=f"F.Events.{name}", **options)

    silent = silent_schedules(
        [
            schedule("Good", "cron(0 8 L * ? *)"),
            schedule("Wrong", "cron(0 8 X * ? *)"),
            schedule("Past", "cron(0 8 1 1 ? 2020)"),
            schedule("Once", "at(2030-01-01T00:00:00)"),
            schedule("Zone", "rate(1 day)", timezone="Mars/Olympus"),
            schedule("Start", "rate(1 day)", start="soon"),
            schedule("Input", "rate(1 day)", input="{"),
        ],
        at("2026-01-01"),
    )
    assert silent == {
        "F.Events.Wrong": "cron(0 8 X * ? *) does not fire here: "
        "day-of-month 'X' is not understood",
        "F.Events.Past": "cron(0 8 1 1 ? 2020) does not fire here: it has no time to come",
        "F.Events.Once": "at(2030-01-01T00:00:00) does not fire here: "
        "only a ScheduleV2 takes at(...), a rule takes rate and cron",
        "F.Events.Zone": "rate(1 day) does not fire here: "
        "'Mars/Olympus' is no time zone known here",
        "F.Events.Start": "rate(1 day) does not fire here: "
        "StartDate 'soon' is not yyyy-mm-ddThh:mm:ssZ",
        "F.Events.Input": "rate(1 day) does not fire here: its Input is not JSON: "
        "Expecting property name enclosed in double quotes: line 1 column 2 (char 1)",
    }


def test_a_schedule_that_is_not_understood_leaves_the_others_running() -> None:
    application = Application(
        functions={},
        layers={},
        buckets={},
        queues={},
        schedules=(
            ScheduleTrigger("Wrong", "F", "cron(0 8 X * ? *)"),
            ScheduleTrigger("Right", "F", "rate(1 minute)"),
        ),
    )
    work = list(triggers(application, None, aws_url="http://127.0.0.1:1"))
    assert len(work) == 1
    for coroutine in work:
        coroutine.close()


def test_the_scheduler_sends_its_own_default_event() -> None:
    trigger = ScheduleTrigger("Tick", "F", "rate(1 minute)", event_bridge_rule=False)
    event = json.loads(
        Clockwork(trigger, invoker=None, region="eu-west-1").payload(at("2026-01-01"))
    )
    assert event["source"] == "aws.scheduler"
    assert event["detail"] == "{}"
    assert event["time"] == "2026-01-01T00:00:00Z"
    assert event["resources"] == ["arn:aws:scheduler:eu-west-1:123456789012:schedule/default/Tick"]


def test_a_rule_sends_the_event_that_aws_documents() -> None:
    trigger = ScheduleTrigger("FTick", "F", "rate(1 minute)")
    event = json.loads(
        Clockwork(trigger, invoker=None, region="eu-west-1").payload(at("2026-01-01T10:00:00"))
    )
    assert UUID(event.pop("id"))
    assert event == {
        "version": "0",
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": "123456789012",
        "time": "2026-01-01T10:00:00Z",
        "region": "eu-west-1",
        "resources": ["arn:aws:events:eu-west-1:123456789012:rule/FTick"],
        "detail": {},
    }


def test_an_input_in_the_template_is_sent_as_it_is() -> None:
    text = '{"a": "<aws.scheduler.schedule-arn>"}'
    trigger = ScheduleTrigger("Tick", "F", "rate(1 minute)", input=text)
    clockwork = Clockwork(trigger, invoker=None, region="eu-west-1")
    assert clockwork.payload(at("2026-01-01")) == text.encode()


def test_the_scheduler_fills_its_context_attributes_into_the_input() -> None:
    trigger = ScheduleTrigger(
        "Tick",
        "F",
        "rate(1 minute)",
        input='["<aws.scheduler.schedule-arn>", "<aws.scheduler.scheduled-time>", '
        '"<aws.scheduler.attempt-number>"]',
        event_bridge_rule=False,
        group="mine",
    )
    clockwork = Clockwork(trigger, invoker=None, region="eu-west-1")
    assert json.loads(clockwork.payload(at("2026-01-01"))) == [
        "arn:aws:scheduler:eu-west-1:123456789012:schedule/mine/Tick",
        "2026-01-01T00:00:00Z",
        "1",
    ]


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

    async def invoke_event(self, name: str, payload: bytes, *, trigger: Trigger) -> str:
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

    async def invoke_event(self, name: str, payload: bytes, *, trigger: Trigger) -> str:
        await super().invoke_event(name, payload, trigger=trigger)
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

"""Event invokes: how often and how long they are tried, and the records that they leave."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from samulator.functions.asynchronous import EventQueue, EventServices
from samulator.functions.invocation import Invocation, NotDelivered, Throttled, WaitedTooLong
from samulator.functions.record import Event
from samulator.template.model import Destination, Function, InvokeConfig
from testkit.sqs_double import SetClock

ARN = "arn:aws:lambda:us-east-1:123456789012:function:F"
SUCCESS, FAILURE, DEAD = (
    Destination(f"arn:aws:sqs:us-east-1:123456789012:{name}") for name in ("good", "bad", "dead")
)
FAILS = Invocation("F", "id-1", b'{"errorMessage": "no"}', function_error="Unhandled")
SUCCEEDS = Invocation("F", "id-1", b'{"answer": 42}')


class World:
    """A function whose attempts end as told, in order; keeps records, lines and patience."""

    def __init__(self, *endings: Invocation | Exception, takes: float = 0.0) -> None:
        self.clock = SetClock()
        self.records: list[tuple[str, dict[str, Any]]] = []
        self.buried: list[tuple[str, bytes, str, str]] = []
        self.lines: list[str] = []
        self.patience: list[float] = []
        self.times: list[float] = []
        self.refuse_records = 0
        self._endings = list(endings)
        self._takes = takes
        self.queue = EventQueue((1.0, 2.0), EventServices(self, self._say, clock=self.clock))

    def run(self, **config: object) -> None:
        async def put_and_drain() -> None:
            self.queue.put(event(**config), self._run)
            await self.queue.drain()

        asyncio.run(put_and_drain())

    async def _run(self, request_id: str, payload: bytes, patience: float) -> Invocation:
        self.patience.append(patience)
        self.times.append(self.clock.seconds)
        self.clock.pass_by(self._takes)
        ending = self._endings.pop(0)
        if isinstance(ending, Exception):
            raise ending
        return ending

    async def bury(
        self, destination: Destination, payload: bytes, request_id: str, error: str
    ) -> None:
        self.buried.append((destination.name, payload, request_id, error))

    async def send(self, destination: Destination, record: dict[str, Any]) -> None:
        if self.refuse_records:
            self.refuse_records -= 1
            raise NotDelivered("no queue")
        self.records.append((destination.name, record))

    def _say(self, logical_id: str, line: str) -> None:
        self.lines.append(f"{logical_id}: {line}")


def event(**config: object) -> Event:
    function = Function(
        name="F",
        code_uri=Path(),
        handler="a.h",
        runtime="python3.11",
        timeout=3,
        memory=128,
        environment={},
        on_success=SUCCESS,
        on_failure=FAILURE,
        **config,
    )
    return Event("F", function, f"{ARN}:live", "3", "id-1", b'{"order": 1}')


def test_a_failure_is_tried_again_after_the_delays_and_then_recorded() -> None:
    world = World(FAILS, FAILS, FAILS)

    world.run()

    assert world.times == [0, 1, 3]
    ((queue, record),) = world.records
    assert queue == "bad"
    assert record.pop("timestamp").endswith("Z")
    assert record == {
        "version": "1.0",
        "requestContext": {
            "requestId": "id-1",
            "functionArn": f"{ARN}:live",
            "condition": "RetriesExhausted",
            "approximateInvokeCount": 3,
        },
        "requestPayload": {"order": 1},
        "responseContext": {
            "statusCode": 200,
            "executedVersion": "3",
            "functionError": "Unhandled",
        },
        "responsePayload": {"errorMessage": "no"},
    }
    assert world.lines == []


def test_a_success_is_recorded_with_the_attempts_it_took() -> None:
    world = World(FAILS, SUCCEEDS)

    world.run()

    ((queue, record),) = world.records
    assert queue == "good"
    assert record["requestContext"]["condition"] == "Success"
    assert record["requestContext"]["approximateInvokeCount"] == 2
    assert record["responseContext"] == {"statusCode": 200, "executedVersion": "3"}
    assert record["responsePayload"] == {"answer": 42}


def test_no_retries_are_made_when_there_are_none() -> None:
    world = World(FAILS)
    world.run(maximum_retry_attempts=0)
    assert world.records[0][1]["requestContext"]["approximateInvokeCount"] == 1


@pytest.mark.parametrize(("age", "attempts"), [(60, 1), (61, 2), (180, 2), (181, 3), (21600, 3)])
def test_an_event_ages_by_the_waits_that_lambda_makes(age: int, attempts: int) -> None:
    world = World(FAILS, FAILS, FAILS)

    world.run(maximum_event_age=age)

    context = world.records[0][1]["requestContext"]
    assert context["approximateInvokeCount"] == attempts
    assert context["condition"] == ("RetriesExhausted" if attempts == 3 else "EventAgeExceeded")


def test_an_event_ages_while_its_function_runs() -> None:
    world = World(FAILS, FAILS, takes=50)
    world.run(maximum_event_age=110)
    assert world.records[0][1]["requestContext"]["approximateInvokeCount"] == 1


def test_an_event_waits_for_a_worker_no_longer_than_its_age_allows() -> None:
    world = World(FAILS, WaitedTooLong("busy"), takes=10)

    world.run(maximum_event_age=100)

    # Ten seconds and the minute that Lambda waits are gone by the second attempt.
    assert world.patience == [100, 30]
    record = world.records[0][1]
    assert record["requestContext"]["condition"] == "EventAgeExceeded"
    assert record["requestContext"]["approximateInvokeCount"] == 1
    assert record["responsePayload"] == {"errorMessage": "no"}
    assert world.lines == ["F: Event id-1 is dropped after 1 attempts: EventAgeExceeded"]


def test_an_event_that_no_worker_took_leaves_a_record_without_a_response() -> None:
    world = World(WaitedTooLong("busy"))

    world.run()

    record = world.records[0][1]
    assert record["requestContext"]["approximateInvokeCount"] == 0
    assert record["requestPayload"] == {"order": 1}
    assert record.keys().isdisjoint({"responseContext", "responsePayload"})


def test_a_function_that_may_not_run_leaves_a_record_at_once() -> None:
    world = World(Throttled("none"))

    world.run()

    context = world.records[0][1]["requestContext"]
    assert context["condition"] == "ZeroReservedConcurrency"
    assert context["approximateInvokeCount"] == 0


def test_a_record_that_is_not_taken_is_sent_again_and_at_last_said() -> None:
    patient, given_up = World(SUCCEEDS), World(SUCCEEDS)
    patient.refuse_records, given_up.refuse_records = 3, 4

    patient.run()
    given_up.run()

    assert len(patient.records) == 1
    assert patient.lines == []
    assert given_up.records == []
    assert given_up.lines == ["F: Event id-1 left no record at good: no queue"]


def test_what_is_not_done_when_the_stack_stops_is_said() -> None:
    world = World()

    async def stop_in_the_middle() -> None:
        never = asyncio.Event()

        async def run(_id: str, _payload: bytes, _patience: float) -> Invocation:
            await never.wait()
            return SUCCEEDS

        world.queue.put(event(), run)
        await asyncio.sleep(0)
        await world.queue.close()

    asyncio.run(stop_in_the_middle())

    assert world.lines == ["F: Event id-1 is given up: the stack stopped before it was done"]
    assert json.dumps(world.records) == "[]"


def test_an_event_that_failed_goes_to_the_dead_letter_queue_too() -> None:
    world = World(FAILS)
    world.run(maximum_retry_attempts=0, dead_letter=DEAD)
    assert world.buried == [("dead", b'{"order": 1}', "id-1", "no")]
    assert [name for name, _record in world.records] == ["bad"]


def test_an_event_that_may_not_run_is_buried_with_the_reason() -> None:
    world = World(Throttled("none"))
    world.run(dead_letter=DEAD)
    assert world.buried == [("dead", b'{"order": 1}', "id-1", "ZeroReservedConcurrency")]


def test_an_event_that_succeeded_is_not_buried() -> None:
    world = World(SUCCEEDS)
    world.run(dead_letter=DEAD)
    assert not world.buried


def test_the_alias_that_is_invoked_says_how_often_and_where() -> None:
    config = InvokeConfig(maximum_retry_attempts=1, on_failure=DEAD)
    for alias, name, attempts in (("live", "dead", 2), ("other", "bad", 3)):
        world = World(*[FAILS] * attempts)
        world.run(alias_configs={alias: config})
        assert ([name for name, _record in world.records], len(world.times)) == ([name], attempts)

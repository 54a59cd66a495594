"""S3 events on their way to functions: their order, their retries, and what is said of the lost."""

import asyncio
import json
import logging
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from samulator.servers.aws.bucket_notifications import BucketNotifications
from samulator.servers.aws.config import AwsConfig
from samulator.servers.aws.delivery import Delivery, Event, Refusal
from samulator.servers.aws.notifications import ObjectChange
from samulator.template.model import S3Trigger

TRIGGERS = (
    S3Trigger("Good", "Good", "b", ("s3:ObjectCreated:*",), prefix="good/"),
    S3Trigger("Bad", "Bad", "b", ("s3:ObjectCreated:*",), prefix="bad/"),
)


class Endpoint(ThreadingHTTPServer):
    """Answers invokes by `answer(function, how many it had)`; `keys` are those it accepted."""

    daemon_threads = True

    def __init__(self, answer: Callable[[str, int], int]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler, bind_and_activate=False)
        # Its port is its own, and refuses connections.
        self.server_bind()
        self.answer = answer
        self.had: list[tuple[str, str]] = []
        self.keys: list[str] = []
        self.sequencers: dict[str, list[str]] = {}
        self.changed = threading.Condition()
        self._thread: threading.Thread | None = None

    def open(self) -> None:
        self.server_activate()
        self._thread = threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()

    def close(self) -> None:
        if self._thread is not None:
            self.shutdown()
        self.server_close()

    def wait_for(self, condition: Callable[[], bool]) -> None:
        with self.changed:
            assert self.changed.wait_for(condition, timeout=60)


class _Handler(BaseHTTPRequestHandler):
    server: Endpoint

    def do_POST(self) -> None:
        function = self.path.split("/")[3]
        event = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        assert self.headers["X-Amz-Invocation-Type"] == "Event"
        changed = event["Records"][0]["s3"]["object"]
        key = changed["key"]
        with self.server.changed:
            self.server.had.append((function, key))
            status = self.server.answer(function, len(self.server.had))
            if status < 400:
                self.server.keys.append(key)
                self.server.sequencers.setdefault(key, []).append(changed["sequencer"])
            self.server.changed.notify_all()
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_arguments: object) -> None:
        """Nothing on the terminal."""


class HeldClock:
    """Sleeps until it is let go; `asked` are the seconds."""

    def __init__(self) -> None:
        self.asked: list[float] = []
        self._free = threading.Event()

    async def sleep(self, seconds: float) -> None:
        self.asked.append(seconds)
        while not self._free.is_set():
            await asyncio.sleep(0.001)

    def let_go(self) -> None:
        self._free.set()


@pytest.fixture
def started():
    made = []

    def start(
        answer: Callable[[str, int], int], *, is_open: bool = True
    ) -> tuple[Endpoint, Delivery, HeldClock]:
        endpoint, clock = Endpoint(answer), HeldClock()
        if is_open:
            endpoint.open()
        url = f"http://127.0.0.1:{endpoint.server_address[1]}"
        delivery = Delivery(url, clock=clock)
        made.append((endpoint, delivery))
        return endpoint, delivery, clock

    yield start
    for endpoint, delivery in made:
        if delivery._loop.is_running():
            delivery.close()
        endpoint.close()


def wait_until(condition: Callable[[], object]) -> None:
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.001)


def put(delivery: Delivery, *keys: str) -> None:
    notifications = BucketNotifications(AwsConfig(TRIGGERS), delivery)
    for key in keys:
        notifications.report(ObjectChange("ObjectCreated:Put", "b", key, 1, "e", "v"))


def test_events_of_one_key_arrive_in_their_order(started) -> None:
    endpoint, delivery, _clock = started(lambda _function, _had: 202)
    keys = [f"good/{number % 3}" for number in range(60)]
    put(delivery, *keys)
    endpoint.wait_for(lambda: len(endpoint.keys) == 60)
    assert sorted(endpoint.keys) == sorted(keys)
    for sequencers in endpoint.sequencers.values():
        assert sequencers == sorted(sequencers)


def test_an_event_that_is_not_taken_holds_up_no_other(started) -> None:
    endpoint, delivery, clock = started(lambda function, _had: 503 if function == "Bad" else 202)
    put(delivery, "bad/1", "good/1", "bad/1", "good/2")
    endpoint.wait_for(lambda: len(endpoint.had) == 4)
    assert sorted(endpoint.keys) == ["good/1", "good/2"]
    clock.let_go()


def test_an_event_that_is_not_taken_is_tried_five_times_and_named(
    started, caplog: pytest.LogCaptureFixture
) -> None:
    endpoint, delivery, clock = started(lambda _function, _had: 503)
    clock.let_go()
    put(delivery, "bad/1")
    wait_until(lambda: caplog.messages)
    assert len(endpoint.had) == 5
    # None after the last.
    assert clock.asked == [0.5, 1.0, 2.0, 4.0]
    assert "S3 event for bad/1 was not delivered to Bad: the Lambda endpoint answers 503" in (
        caplog.text
    )


def test_an_event_that_is_refused_for_good_is_not_tried_again(
    started, caplog: pytest.LogCaptureFixture
) -> None:
    endpoint, delivery, clock = started(lambda _function, _had: 404)
    put(delivery, "bad/1")
    wait_until(lambda: caplog.messages)
    assert len(endpoint.had) == 1
    assert clock.asked == []


def test_an_event_is_delivered_once_the_endpoint_is_back(started) -> None:
    endpoint, delivery, clock = started(lambda _function, had: 202 if had == 3 else 500)
    clock.let_go()
    put(delivery, "good/1")
    endpoint.wait_for(lambda: endpoint.keys == ["good/1"])
    assert clock.asked == [0.5, 1.0]


def test_an_event_waits_for_functions_that_are_still_built(
    started, caplog: pytest.LogCaptureFixture
) -> None:
    endpoint, delivery, clock = started(lambda _function, _had: 202, is_open=False)
    clock.let_go()
    put(delivery, "good/1")
    # More often than an event is tried that the endpoint answers.
    wait_until(lambda: len(clock.asked) > 10)
    endpoint.open()
    endpoint.wait_for(lambda: endpoint.keys == ["good/1"])
    assert not caplog.messages


def test_an_event_whose_functions_never_came_is_named_at_the_end(
    started, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.ERROR)
    _endpoint, delivery, clock = started(lambda _function, _had: 202, is_open=False)
    put(delivery, "good/1")
    wait_until(lambda: clock.asked)
    delivery.close()
    assert caplog.messages == ["S3 event for good/1 was not delivered to Good: the stack stopped"]


def test_what_is_not_delivered_when_the_process_ends_is_named(
    started, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.ERROR)
    endpoint, delivery, _clock = started(lambda _function, _had: 503)
    put(delivery, "bad/1", "bad/2")
    endpoint.wait_for(lambda: len(endpoint.had) == 2)
    delivery.close()
    assert sorted(caplog.messages) == [
        "S3 event for bad/1 was not delivered to Bad: the stack stopped",
        "S3 event for bad/2 was not delivered to Bad: the stack stopped",
    ]


def test_whoever_sent_an_event_is_told_why_it_was_not_taken(started) -> None:
    endpoint, delivery, clock = started(lambda _function, _had: 503)
    clock.let_go()
    told: list[Refusal] = []
    for retries in (0, 2):
        payload = json.dumps({"Records": [{"s3": {"object": {"key": "k", "sequencer": "1"}}}]})
        delivery.put(
            Event("F", payload.encode(), "It", most_retries=retries, on_refused=told.append)
        )
        wait_until(lambda: told)
        assert told.pop().retries == retries
    assert len(endpoint.had) == 4

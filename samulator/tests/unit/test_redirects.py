"""What a permitted server answers leads to no other: events, tasks and messages stay there."""

import queue
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from moto.events.models import events_backends
from moto.sns.models import sns_backends

from samulator.servers.aws.config import ACCOUNT_ID
from samulator.servers.aws.delivery import Delivery, Event, HttpRequest, Refusal
from samulator.servers.aws.delivery_streams import post_records
from samulator.servers.aws.eventbridge.api_destinations import ApiDestinations
from samulator.servers.aws.eventbridge.http_target import LocalApis
from samulator.servers.aws.http_call import call
from samulator.servers.aws.sns.fan_out import to_http
from samulator.servers.aws.sns.notification import Notification
from samulator.servers.aws.step_functions.gateway_calls import joined, output
from samulator.servers.aws.step_functions.http_tasks import HttpTaskFailed, ask

NO_APIS = LocalApis({}, {})
# Shared with no other test: backends are those of the whole process.
REGION = "eu-south-1"


class Hook(ThreadingHTTPServer):
    """Sends everybody from /moved to /elsewhere; `asked` are the paths that were."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    server: Hook

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.server.asked.append(self.path)
        is_moved = self.path == "/moved"
        self.send_response(307 if is_moved else 200)
        if is_moved:
            self.send_header("Location", f"{self.server.url}/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_arguments: object) -> None:
        """Nothing on the terminal."""


@pytest.fixture
def hook() -> Iterator[Hook]:
    with Hook() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_records_of_firehose_stay_at_the_server_that_was_named(hook):
    with pytest.raises(ValueError, match="it answers 307"):
        post_records({"Url": f"{hook.url}/moved", "AccessKey": "k"}, [b"secret"])
    assert hook.asked == ["/moved"]


def test_a_call_ends_with_the_answer_of_the_server_that_was_named(hook):
    answer = call("POST", f"{hook.url}/moved", {"x-key": "k"}, b"{}", seconds=30)

    assert answer.is_redirect
    assert output(answer)["StatusCode"] == 307
    assert hook.asked == ["/moved"]


def test_an_event_that_is_sent_elsewhere_is_refused_at_once(hook):
    refusals: queue.Queue[Refusal] = queue.Queue()
    delivery = Delivery("http://127.0.0.1:9")
    request = HttpRequest("POST", f"{hook.url}/moved", {"x-key": "k"})
    try:
        delivery.put(Event("d", b"{}", "an event", on_refused=refusals.put, request=request))
        refusal = refusals.get(timeout=60)
    finally:
        delivery.close()

    assert refusal.reason == f"{hook.url}/moved answers 307, which is not followed"
    assert (refusal.is_final, refusal.retries) == (True, 0)
    assert hook.asked == ["/moved"]


def test_a_task_that_is_sent_elsewhere_fails_with_the_status(hook):
    backend: Any = events_backends[ACCOUNT_ID][REGION]
    key = {"ApiKeyAuthParameters": {"ApiKeyName": "x-key", "ApiKeyValue": "k"}}
    connection = backend.create_connection("c", "", "API_KEY", key)
    task = {
        "ApiEndpoint": f"{hook.url}/moved",
        "Method": "POST",
        "RequestBody": {"n": 1},
        "Authentication": {"ConnectionArn": connection.arn},
    }
    try:
        with pytest.raises(HttpTaskFailed) as failed:
            ask(task, ApiDestinations(NO_APIS, ()))
        followed = ask(task | {"ApiEndpoint": f"{hook.url}/there"}, ApiDestinations(NO_APIS, ()))
    finally:
        backend.reset()

    assert failed.value.name == "States.Http.StatusCode.307"
    assert followed["StatusCode"] == 200
    assert hook.asked == ["/moved", "/there"]


def test_a_message_of_a_topic_that_is_sent_elsewhere_is_told(hook, caplog):
    topics: Any = sns_backends[ACCOUNT_ID][REGION]
    topic = topics.create_topic("told")
    try:
        subscription = topics.subscribe(topic.arn, f"{hook.url}/moved", "http")
        to_http(subscription, Notification(topic.arn, "hello"))
    finally:
        topics.reset()

    assert caplog.messages == [
        f"A message of topic told was not delivered to {hook.url}/moved: "
        "it answers 307, which is not followed"
    ]
    assert hook.asked == ["/moved"]


def test_headers_of_a_task_with_several_values_are_sent_as_one():
    assert joined({"x-one": ["a", "b"], "x-two": 2}) == {"x-one": "a,b", "x-two": "2"}

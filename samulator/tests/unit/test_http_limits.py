"""Clients that send slowly, endlessly, or too many at once: each is answered, nobody else waits."""

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack

import pytest
from werkzeug.serving import WSGIRequestHandler
from werkzeug.wrappers import Response

from samulator.functions.invocation import Invocation, Trigger
from samulator.http.server import server
from samulator.http.server.seats import Seats
from samulator.servers.aws.bounded_server import BoundedServer
from samulator.template.model_http import HttpApi, LambdaProxy, Route
from testkit.doors import Served, serve_api
from testkit.raw_http import exchange, parse
from testkit.timing import wait_until

GET = b"GET / HTTP/1.1\r\nHost: localhost\r\n"
LAST = b"Connection: close\r\n\r\n"


class Answering:
    async def invoke(
        self, name: str, payload: bytes, *, trigger: Trigger, trace: str | None = None
    ) -> Invocation:
        del payload
        return Invocation(name, "id", b'{"statusCode": 200, "body": "here"}', trigger=trigger)


@pytest.fixture
def seats(monkeypatch: pytest.MonkeyPatch) -> Seats:
    few = Seats(2)
    monkeypatch.setitem(server.HttpServer.__init__.__kwdefaults__, "seats", few)
    return few


def serve_gateway() -> AbstractContextManager[Served]:
    return serve_api(HttpApi("local", (Route("ANY", "$default", LambdaProxy("F")),)), Answering())


@pytest.fixture
def gateway() -> Iterator[Served]:
    with serve_gateway() as served:
        yield served


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    """Gives a head less than a second."""
    monkeypatch.setattr(server, "_HEAD_SECONDS", 0.3)
    with serve_gateway() as served:
        yield served


@pytest.mark.parametrize("sent", [GET, GET + b"X-A: ", b"G", GET + b"\r\n" + GET])
def test_a_head_that_does_not_come_to_its_end_is_answered_408(hasty: Served, sent: bytes) -> None:
    *before, last = exchange(hasty.url, sent, ends=False)
    assert last.status == 408
    assert json.loads(last.body).keys() == {"message"}
    assert last.header("connection") == "close"
    assert [answer.status for answer in before] == [200] * (sent.count(GET) - 1)


def test_a_silent_connection_has_no_head_to_be_late(hasty: Served) -> None:
    place = hasty.url.removeprefix("http://").split(":")
    with socket.create_connection((place[0], int(place[1]))) as idle:
        assert hasty.ask(GET, ends=False).status == 408
        idle.sendall(GET + LAST)
        assert parse(_all_of(idle))[0].status == 200


def test_a_head_without_end_is_answered_431(gateway: Served) -> None:
    flood = GET + b"".join(b"X-%d: %b\r\n" % (number, b"x" * 60_000) for number in range(18))
    # One byte too many: with more behind it, the answer could be lost with the connection.
    assert gateway.ask(flood[: (1 << 20) + 1], ends=False).status == 431


def test_who_finds_no_seat_is_answered_503_and_the_next_one_200(
    seats: Seats, gateway: Served
) -> None:
    host, port = gateway.url.removeprefix("http://").split(":")
    with ExitStack() as held:
        for _ in range(2):
            held.enter_context(socket.create_connection((host, int(port))))
        wait_until(lambda: len(seats._taken) == 2)
        refused = gateway.ask(GET + LAST)
        assert (refused.status, refused.header("retry-after")) == (503, "1")
    wait_until(lambda: not seats._taken)
    assert gateway.ask(GET + LAST).status == 200


def _all_of(client: socket.socket) -> bytes:
    received = b""
    while more := client.recv(65536):
        received += more
    return received


def test_the_services_of_aws_turn_away_whom_they_have_no_thread_for() -> None:
    aws = BoundedServer("127.0.0.1", 0, Response("here"), WSGIRequestHandler)
    aws.seats = Seats(1)
    serving = threading.Thread(target=aws.serve_forever, args=(0.01,))
    serving.start()
    url = f"http://127.0.0.1:{aws.server_port}"
    try:
        with socket.create_connection(("127.0.0.1", aws.server_port)):
            wait_until(lambda: aws.seats._taken)
            (refused,) = exchange(url, ends=False)
            assert (refused.status, refused.header("retry-after")) == (503, "1")
            assert b"<Code>SlowDown</Code>" in refused.body
        wait_until(lambda: not aws.seats._taken)
        assert exchange(url, GET + LAST)[0].body == b"here"
    finally:
        aws.shutdown()
        serving.join()
        aws.server_close()

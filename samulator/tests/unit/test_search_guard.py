"""The guard before the search server: passes on what it is asked, but not by everybody."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest

from samulator.servers.search.guard import Guard
from testkit.raw_http import exchange


class EchoServer(BaseHTTPRequestHandler):
    """Answers with what it was asked, or with the status that the path names."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        asked = f"{self.command} {self.path} {self.headers.get('X-A')} {body.decode()}".encode()
        self.send_response(int(self.path.strip("/").partition("?")[0] or 200))
        self.send_header("Content-Length", str(len(asked)))
        self.send_header("X-B", "b")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(asked)

    do_POST = do_PUT = do_DELETE = do_HEAD = do_GET

    def log_message(self, format: str, *args: object) -> None: ...


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with running(EchoServer) as url:
        yield url


@contextmanager
def running(handler: type[EchoServer], *, inner_idle_seconds: float | None = None) -> Iterator[str]:
    """A guard before a server of such requests; the guard's URL."""
    inner = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    guard = Guard(("127.0.0.1", 0))
    guard.inner = ("127.0.0.1", inner.server_address[1])
    if inner_idle_seconds is not None:
        guard.inner_idle_seconds = inner_idle_seconds
    guard.server_activate()
    servers = (inner, guard)
    threads = [threading.Thread(target=server.serve_forever, args=(0.01,)) for server in servers]
    for thread in threads:
        thread.start()
    yield f"http://127.0.0.1:{guard.server_address[1]}"
    for server, thread in zip(servers, threads, strict=True):
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
def test_requests_and_answers_pass_as_they_are(url: str, method: str) -> None:
    answer = httpx.request(method, f"{url}/201", content=b"body", headers={"X-A": "a"})

    assert (answer.status_code, answer.text) == (201, f"{method} /201 a body")
    assert answer.headers["x-b"] == "b"


def test_bytes_that_belong_in_no_url_are_passed_on_encoded(url: str) -> None:
    (answer,) = exchange(url, b"GET /200?\xff HTTP/1.1\r\nHost: localhost\r\n\r\n")

    assert answer.body == b"GET /200?%FF None "


def test_a_client_that_asks_first_is_told_to_go_on(url: str) -> None:
    host, port = url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=20) as connection:
        head = b"PUT /201 HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\n"
        connection.sendall(head + b"Expect: 100-continue\r\n\r\n")
        assert connection.recv(65536).startswith(b"HTTP/1.1 100 ")
        connection.sendall(b"body")
        assert connection.recv(65536).startswith(b"HTTP/1.1 201 ")


def test_a_body_that_ends_early_is_not_passed_on(url: str) -> None:
    (answer,) = exchange(
        url, b"PUT /201 HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nbody"
    )

    assert (answer.status, answer.header("content-type")) == (400, "application/json")


def test_head_says_how_long_the_body_would_be(url: str) -> None:
    answer = httpx.head(f"{url}/404")

    assert (answer.status_code, answer.content) == (404, b"")
    assert answer.headers["content-length"] == str(len("HEAD /404 None "))


def test_one_connection_serves_many_requests(url: str) -> None:
    with httpx.Client(base_url=url) as client:
        assert [client.get("/200").status_code for _ in range(20)] == [200] * 20


class ForgetfulServer(EchoServer):
    """Says that it keeps the connection, and hangs up after each answer."""

    def handle_one_request(self) -> None:
        super().handle_one_request()
        self.close_connection = True


def test_a_server_that_hung_up_meanwhile_costs_no_request() -> None:
    with (
        running(ForgetfulServer, inner_idle_seconds=0) as url,
        httpx.Client(base_url=url) as client,
    ):
        assert [client.put("/201", content=b"body").status_code for _ in range(20)] == [201] * 20


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"GET / HTTP/1.1\r\nHost: evil.example", 403),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\nOrigin: https://evil.example", 403),
        (b"GET http://evil.example/ HTTP/1.1\r\nHost: localhost", 403),
        (b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked", 411),
        (b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: x", 400),
        (b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2", 400),
        (b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + b"9" * 20, 413),
        (b"POST / HTTP/1.1\r\nHost: evil.example\r\nExpect: 100-continue", 403),
        (b"GARBAGE", 400),
        (b"\r\nGET / HTTP/1.1", 400),
        (b"GET /", 400),
        (b"GET / HTTP/9.9", 505),
        (b"GET / HTTP/1.1", 400),
        (b"GET http://localhost:\xc5/ HTTP/1.1\r\nHost: localhost", 400),
        (
            b"PUT / HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 2\xd4",
            400,
        ),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\nHost: localhost", 400),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\nX A: b", 400),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\nX-A: a\0b", 400),
        (b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1", 400),
        (b"TRACE / HTTP/1.1\r\nHost: localhost", 405),
        (b"CONNECT a:1 HTTP/1.1\r\nHost: localhost", 405),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\nX-A: " + b"x" * 70_000, 431),
    ],
)
def test_what_is_refused_is_answered_in_the_servers_words(
    url: str, head: bytes, status: int
) -> None:
    (answer,) = exchange(url, head + b"\r\n\r\n")

    assert answer.status == status
    assert answer.header("content-type") == "application/json"


def test_a_server_that_is_gone_is_a_502() -> None:
    guard = Guard(("127.0.0.1", 0))
    # A port that is bound but takes no connection.
    silent = Guard(("127.0.0.1", 0))
    guard.inner = ("127.0.0.1", silent.server_address[1])
    guard.server_activate()
    thread = threading.Thread(target=guard.handle_request)
    thread.start()
    answer = httpx.get(f"http://127.0.0.1:{guard.server_address[1]}/")
    thread.join()
    guard.server_close()
    silent.server_close()

    assert answer.status_code == 502

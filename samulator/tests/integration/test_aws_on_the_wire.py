"""The S3 and SQS port before clients that speak HTTP badly: each gets S3's kind of error."""

import socket
from pathlib import Path

import pytest

from samulator.servers.aws.service import AwsServer
from testkit.ports import reserve_port
from testkit.raw_http import exchange

HOST = b"Host: localhost\r\n"
LINK = b"Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate\r\n"


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory):
    folder: Path = tmp_path_factory.mktemp("aws")
    server = AwsServer(folder, reserve_port())
    server.start()
    yield server.url
    server.stop()


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"GARBAGE\r\n\r\n", 400),
        (b"G", 400),
        (b"GET /\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\n" + HOST + HOST + b"\r\n", 400),
        (b"GET / HTTP/1.1\r\n" + HOST + b"X A: b\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\n" + HOST + b"X-A: \0\r\n\r\n", 400),
        (b"PUT /b/k HTTP/1.1\r\n" + HOST + b"Content-Length: x\r\n\r\n", 400),
        (b"PUT /b/k HTTP/1.1\r\n" + HOST + b"Content-Length: -5\r\n\r\n", 400),
        (b"CONNECT a:1 HTTP/1.1\r\n" + HOST + b"\r\n", 405),
        (b"TRACE / HTTP/1.1\r\n" + HOST + b"\r\n", 405),
        (b"GET / HTTP/2.0\r\n" + HOST + b"\r\n", 505),
        (b"GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n", 403),
        (b"GET / HTTP/1.1\r\n" + HOST + b"Origin: https://evil.example\r\n\r\n", 403),
        (
            b"GET /?Action=ListQueues HTTP/1.1\r\n" + HOST + b"Sec-Fetch-Site: cross-site\r\n\r\n",
            403,
        ),
        (b"GET /?%41ction=PurgeQueue HTTP/1.1\r\n" + HOST + LINK + b"\r\n", 403),
        (b"GET / HTTP/1.1\r\n" + HOST + b"X-A: " + b"x" * 70_000 + b"\r\n\r\n", 431),
    ],
)
def test_what_never_reaches_s3_is_an_error_as_s3_words_it(
    url: str, sent: bytes, status: int
) -> None:
    (answer,) = exchange(url, sent)

    assert (answer.status, answer.header("content-type")) == (status, "application/xml")
    assert answer.body.startswith(b"<Error><Code>")


def test_a_download_is_followed_from_a_page_that_does_not_say_which_it_is(url: str) -> None:
    """The console of http://localhost links to http://127.0.0.1 without a Referer."""
    (answer,) = exchange(
        url, b"GET /bucket/key?X-Amz-Signature=a HTTP/1.1\r\n" + HOST + LINK + b"\r\n"
    )

    assert answer.status != 403


@pytest.mark.parametrize("head", [b"HTTP/1.0\r\n", b"HTTP/1.1\r\nHost:\r\n"])
def test_a_request_that_names_no_host_names_its_bucket_in_the_path(url: str, head: bytes) -> None:
    (answer,) = exchange(url, b"GET /no-bucket/key " + head + b"\r\n")

    assert (answer.status, b"NoSuchBucket" in answer.body) == (404, True)


def test_a_client_that_asks_first_is_told_to_go_on_once(url: str) -> None:
    host, port = url.removeprefix("http://").split(":")
    head = b"PUT /asking HTTP/1.1\r\n" + HOST + b"Connection: close\r\n"
    with socket.create_connection((host, int(port)), timeout=20) as client:
        client.sendall(head + b"Expect: 100-continue\r\nContent-Length: 0\r\n\r\n")
        received = b""
        while more := client.recv(65536):
            received += more
    assert received.count(b"100 Continue") == 1
    assert b"HTTP/1.1 200 " in received

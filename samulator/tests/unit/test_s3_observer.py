"""Events of S3 alone, before a store whose threads are made to race."""

import io
import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from werkzeug.test import Client, create_environ, run_wsgi_app
from werkzeug.wrappers import Response

from samulator.servers.aws.notifications import ObjectChange
from samulator.servers.aws.observer import CHANGES, S3Observer
from samulator.servers.aws.s3.edge import S3Edge
from samulator.servers.aws.s3.request import S3Request
from testkit.timing import LONG_SECONDS

A_WHILE = 0.3


class SlowS3:
    """Numbers the versions it stores, and holds the writer of the first for a while."""

    def __init__(self) -> None:
        self.versions: list[str] = []
        self.first_is_stored = threading.Event()
        self.second_is_reported = threading.Event()

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., object]
    ) -> Iterable[bytes]:
        place = S3Request.of(environ)
        environ["wsgi.input"].read()
        self.versions.append(version := f"v{len(self.versions) + 1}")
        self.first_is_stored.set()
        if version == "v1":
            self.second_is_reported.wait(A_WHILE)
        change = ObjectChange("ObjectCreated:Put", place.bucket, place.key, version_id=version)
        environ[CHANGES].append(change)
        start_response("200 OK", [])
        return []


def test_events_come_in_the_order_in_which_the_writes_were_taken() -> None:
    s3 = SlowS3()
    reported: list[ObjectChange] = []

    def record(_request: S3Request, _status: int, changes: Sequence[ObjectChange]) -> None:
        reported.extend(changes)
        if changes[0].version_id == "v2":
            s3.second_is_reported.set()

    client = Client(S3Observer(s3, record), Response)
    with ThreadPoolExecutor() as threads:
        threads.submit(client.put, "/landing/a.csv", data=b"older")
        assert s3.first_is_stored.wait(LONG_SECONDS)
        threads.submit(client.put, "/landing/a.csv", data=b"newer")

    assert [change.version_id for change in reported] == ["v1", "v2"]


class _Stalled(io.RawIOBase):
    """The body of a client that sends nothing for long, then goes away."""

    def __init__(self) -> None:
        self.is_read = threading.Event()
        self.gone = threading.Event()

    def readinto(self, _buffer: object) -> int:
        self.is_read.set()
        self.gone.wait(LONG_SECONDS)
        return 0


def test_an_upload_that_stalls_holds_up_no_other() -> None:
    s3 = SlowS3()
    s3.second_is_reported.set()
    reported: list[str] = []

    def record(request: S3Request, _status: int, _changes: Sequence[ObjectChange]) -> None:
        reported.append(request.key)

    observer = S3Edge(S3Observer(s3, record))
    stalled = _Stalled()
    environ = create_environ("/landing/slow.csv", method="PUT")
    environ |= {"wsgi.input": stalled, "CONTENT_LENGTH": "9"}
    with ThreadPoolExecutor() as threads:
        slow = threads.submit(run_wsgi_app, observer, environ)
        assert stalled.is_read.wait(LONG_SECONDS)
        Client(observer, Response).put("/landing/quick.csv", data=b"1")
        assert reported == ["quick.csv"]
        stalled.gone.set()

    _, status, _ = slow.result()
    assert status == "400 BAD REQUEST"
    assert reported == ["quick.csv"], "what never arrived whole is not stored"

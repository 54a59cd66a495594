"""Workers that somebody kills, and saves that never rest: each request still gets its answer."""

import asyncio
import json
import os
import signal
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from testkit.other_app_runner import OtherApp
from testkit.timing import wait_until

# Each start waits until the gate is open.
GATED = """
import os, pathlib, time

gate = pathlib.Path({gate!r})
(gate.parent / str(os.getpid())).touch()
while not gate.exists():
    time.sleep(0.01)

def handler(event, context):
    return os.getpid()
"""


class GatedApp(OtherApp):
    """One function, Gated, whose workers get ready when the gate opens."""

    def __init__(self, folder: Path) -> None:
        self.gate = folder / "starts" / "gate"
        self.gate.parent.mkdir()
        (folder / "code").mkdir()
        (folder / "code/app.py").write_text(GATED.format(gate=str(self.gate)))
        (folder / "template.yaml").write_text(
            textwrap.dedent("""
            Resources:
              Gated:
                Type: AWS::Serverless::Function
                Properties:
                  {CodeUri: code, Handler: app.handler, Runtime: python3.11, Timeout: 60}
            """)
        )
        super().__init__(folder / "template.yaml", concurrency=1)

    @property
    def starts(self) -> list[int]:
        return [int(path.name) for path in self.gate.parent.iterdir() if path != self.gate]

    def ask(self, times: int) -> "list[asyncio.Future[Any]]":
        """Invocations that wait, in the order of their requests."""

        async def begin() -> list[Any]:
            asked = [
                asyncio.ensure_future(self.functions.invoke("Gated", b"{}")) for _ in range(times)
            ]
            # Each has asked for a worker after one step of the loop.
            await asyncio.sleep(0)
            return asked

        return self.call(begin())

    def answers(self, asked: "list[asyncio.Future[Any]]") -> list[Any]:
        async def gather() -> list[Any]:
            return await asyncio.gather(*asked)

        return self.call(gather())


@pytest.fixture
def app(tmp_path: Path) -> Iterator[GatedApp]:
    app = GatedApp(tmp_path)
    yield app
    app.close()


def test_a_start_that_is_killed_fails_one_request_and_the_others_get_another(
    app: GatedApp,
) -> None:
    asked = app.ask(8)
    wait_until(lambda: app.starts)
    os.kill(app.starts[0], signal.SIGKILL)
    wait_until(lambda: len(app.starts) == 2)
    app.gate.touch()
    first, *others = app.answers(asked)
    assert json.loads(first.payload)["errorType"] == "Runtime.ExitError"
    assert [answer.function_error for answer in others] == [None] * 7


def test_starts_that_are_killed_again_and_again_fail_everybody_in_the_end(app: GatedApp) -> None:
    asked = app.ask(8)
    for _ in range(2):
        wait_until(lambda: app.starts)
        (new,) = app.starts
        (app.gate.parent / str(new)).unlink()
        os.kill(new, signal.SIGKILL)
    assert {answer.status for answer in app.answers(asked)} == {"error"}


def test_a_request_is_not_given_to_a_worker_that_was_killed(app: GatedApp) -> None:
    app.gate.touch()
    last = json.loads(app.invoke("Gated").payload)
    for _ in range(20):
        os.kill(last, signal.SIGKILL)
        answer = app.invoke("Gated")
        assert answer.function_error is None, answer.payload
        now = json.loads(answer.payload)
        assert now != last
        last = now


def test_saves_that_come_faster_than_a_start_keep_no_request_waiting(app: GatedApp) -> None:
    (asked,) = app.ask(1)
    for _ in range(20):
        wait_until(lambda: app.starts)
        app.call(app.functions.reload("Gated"))
    assert len(app.starts) == 1, "the start that the request waits for goes on"
    app.gate.touch()
    (answer,) = app.answers([asked])
    assert json.loads(answer.payload) == app.starts[0]
    later = json.loads(app.invoke("Gated").payload)
    assert later != json.loads(answer.payload), "a request of after the saves gets the new code"


LEAKING = """
import os, threading

held = []

def handler(event, context):
    threading.Timer(0.05, lambda: held.append(bytearray(os.urandom(1 << 20) * 400))).start()
    return os.getpid()
"""


def test_a_worker_that_grows_between_requests_is_replaced_with_a_line(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(LEAKING)
    (tmp_path / "template.yaml").write_text(
        textwrap.dedent("""
        Resources:
          Leaking:
            Type: AWS::Serverless::Function
            Properties: {CodeUri: app.py, Handler: app.handler, Runtime: python3.11}
        """)
    )
    leaking = OtherApp(tmp_path / "template.yaml", concurrency=1)
    try:
        first = json.loads(leaking.invoke("Leaking").payload)
        leaking.wait_for_line("more than the function's MemorySize of 128 MB; another takes")
        answer = leaking.invoke("Leaking")
        assert answer.function_error is None
        assert json.loads(answer.payload) != first
    finally:
        leaking.close()

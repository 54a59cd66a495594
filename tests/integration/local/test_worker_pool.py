"""How many workers run, how long they wait, and that none is left behind."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import psutil
import pytest

from local.packages import PackageError
from local.runtime import worker
from local.runtime.functions import Functions
from local.runtime.invocation import PayloadTooLarge, Throttled, UnknownFunction
from tests.integration.local.other_app_runner import ROOT, TEMPLATE, OtherApp

SLEEPY = """
import os, time

def handler(event, context):
    time.sleep(event["seconds"])
    return os.getpid()
"""


@pytest.fixture
def sleepy(tmp_path: Path):
    """An application of two functions that sleep; the second may run once at a time."""
    (tmp_path / "code").mkdir()
    (tmp_path / "code/app.py").write_text(SLEEPY)
    (tmp_path / "template.yaml").write_text(
        textwrap.dedent("""
        Globals:
          Function: {CodeUri: code, Handler: app.handler, Runtime: python3.11, Timeout: 5}
        Resources:
          Free: {Type: AWS::Serverless::Function}
          Single:
            Type: AWS::Serverless::Function
            Properties: {ReservedConcurrentExecutions: 1}
          Off:
            Type: AWS::Serverless::Function
            Properties: {ReservedConcurrentExecutions: 0}
        """)
    )
    running = OtherApp(tmp_path / "template.yaml", concurrency=3)
    yield running
    running.close()


def pids_of(app: OtherApp, name: str, *, requests: int, seconds: float) -> list[int]:
    async def invoke_all():
        payload = json.dumps({"seconds": seconds}).encode()
        calls = (app.functions.invoke(name, payload) for _ in range(requests))
        return await asyncio.gather(*calls)

    return [json.loads(invocation.payload) for invocation in app.call(invoke_all())]


def test_slow_requests_get_workers_of_their_own_up_to_the_limit(sleepy):
    pids = pids_of(sleepy, "Free", requests=6, seconds=0.6)

    assert len(set(pids)) == 3


def test_short_requests_share_one_worker(sleepy):
    sleepy.call(sleepy.functions.warm("Free"))

    assert len(set(pids_of(sleepy, "Free", requests=4, seconds=0))) == 1


def test_reserved_concurrency_is_the_limit(sleepy):
    assert len(set(pids_of(sleepy, "Single", requests=3, seconds=0.15))) == 1


def test_function_without_concurrency_is_throttled(sleepy):
    with pytest.raises(Throttled, match="Off reserves no concurrency"):
        sleepy.invoke("Off")


def test_function_whose_packages_cannot_be_built_says_why(sleepy, monkeypatch):
    def layout(name: str):
        raise PackageError(f"{name}: build-L failed")

    monkeypatch.setattr(sleepy.packages, "layout", layout)

    invocation = sleepy.invoke("Free", {"seconds": 0})

    assert invocation.function_error == "Unhandled"
    assert json.loads(invocation.payload)["errorMessage"] == "Free: build-L failed"
    assert invocation.log_tail.startswith(b"Free: build-L failed")
    monkeypatch.undo()
    assert sleepy.invoke("Free", {"seconds": 0}).function_error is None


def test_starts_that_fail_leave_no_file_open_and_no_folder(sleepy, monkeypatch, tmp_path):
    not_executable = tmp_path / "python"
    not_executable.write_text("")
    monkeypatch.setattr(worker, "find_interpreter", lambda _runtime: not_executable)
    folder = Path(sleepy.functions._supervision.folder)
    before = psutil.Process().num_fds(), len(list(folder.iterdir()))

    for _ in range(10):
        answer = json.loads(sleepy.invoke("Free", {"seconds": 0}).payload)
        assert "Permission denied" in answer["errorMessage"]

    assert (psutil.Process().num_fds(), len(list(folder.iterdir()))) == before


def test_unknown_function_and_large_payload_are_refused(sleepy):
    with pytest.raises(UnknownFunction, match="Nobody"):
        sleepy.invoke("Nobody")
    with pytest.raises(PayloadTooLarge, match="limit 6291456 bytes"):
        sleepy.invoke("Free", "x" * 6 * 1024 * 1024)


def test_reload_lets_the_running_request_finish_on_the_old_worker(sleepy):
    async def invoke_and_reload() -> tuple[int, int]:
        functions: Functions = sleepy.functions
        running = asyncio.ensure_future(functions.invoke("Free", b'{"seconds": 0.3}'))
        await asyncio.sleep(0.25)
        await functions.reload("Free")
        following = await functions.invoke("Free", b'{"seconds": 0}')
        return int((await running).payload), int(following.payload)

    sleepy.call(sleepy.functions.warm("Free"))
    old, new = sleepy.call(invoke_and_reload())

    assert old != new
    assert not psutil.pid_exists(old) or gone_within(old, 1)


def test_reload_starts_the_functions_used_last_and_no_other(sleepy):
    sleepy.invoke("Single", {"seconds": 0})

    sleepy.call(sleepy.functions.reload("Free", "Single"))
    time.sleep(1)

    workers = {
        name: len(attempts.pool.workers) for name, attempts in sleepy.functions._attempts.items()
    }
    assert workers == {"Free": 0, "Single": 1, "Off": 0}


def test_saves_in_quick_succession_end_with_one_worker_of_the_last(sleepy):
    async def reload_often() -> None:
        for _ in range(5):
            await sleepy.functions.reload("Free")
            await asyncio.sleep(0.03)

    before = json.loads(sleepy.invoke("Free", {"seconds": 0}).payload)
    sleepy.call(reload_often())
    time.sleep(1)

    workers = sleepy.functions._attempts["Free"].pool.workers
    assert len(workers) == 1
    started = {worker._process.pid for worker in workers}
    assert started == {json.loads(sleepy.invoke("Free", {"seconds": 0}).payload)} != {before}


def gone_within(pid: int, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            if psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
                return True
        except psutil.NoSuchProcess:
            return True
        time.sleep(0.02)
    return False


STACK = """
import asyncio, sys
from tests.integration.local.other_app_runner import OtherApp
from pathlib import Path

app = OtherApp(Path(sys.argv[1]))
app.invoke("MisbehavingFunction", {"how": "well"})
hanging = asyncio.run_coroutine_threadsafe(
    app.functions.invoke("MisbehavingFunction", b'{"how": "hang"}'), app._loop)
while not any("about to hang" in line for _, line in app.recorder.lines):
    pass
print("hanging", app.functions._supervision.folder, flush=True)
sys.stdin.read()
"""


def test_killed_stack_leaves_no_process_and_no_file():
    stack = subprocess.Popen(
        [sys.executable, "-c", STACK, str(TEMPLATE)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert stack.stdout is not None
    word, folder = stack.stdout.readline().split()
    assert word == "hanging"
    family = psutil.Process(stack.pid).children(recursive=True)
    # The guardian, the worker and what the worker started.
    assert len(family) >= 3

    os.kill(stack.pid, signal.SIGKILL)
    stack.communicate()

    assert [process for process in family if not gone_within(process.pid, 2)] == []
    assert not Path(folder).exists()


def test_closing_ends_every_process_and_running_request():
    others = set(psutil.Process().children(recursive=True))
    app = OtherApp(TEMPLATE)
    app.invoke("WebFunction", {"rawPath": "/echo"})
    hanging = asyncio.run_coroutine_threadsafe(
        app.functions.invoke("MisbehavingFunction", b'{"how": "hang"}'), app._loop
    )
    time.sleep(0.3)
    family = set(psutil.Process().children(recursive=True)) - others

    app.close()

    assert json.loads(hanging.result(1).payload)["errorType"] == "Runtime.ExitError"
    # The guardian, two workers and what one of them started.
    assert len(family) >= 4
    assert [process for process in family if not gone_within(process.pid, 1)] == []


def test_event_that_the_end_of_the_stack_cuts_off_is_named():
    app = OtherApp(TEMPLATE)
    request_id = app.call(app.functions.invoke_event("MisbehavingFunction", b'{"how": "hang"}'))
    time.sleep(0.2)

    app.close()

    line = f"Event {request_id} is given up: the stack stopped before it was done"
    assert ("MisbehavingFunction", line) in app.recorder.lines

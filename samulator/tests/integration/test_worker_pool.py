"""How many workers run, how long they wait, and that none is left behind."""

import asyncio
import gc
import json
import os
import signal
import subprocess
import sys
import textwrap
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psutil
import pytest

from samulator.functions import worker
from samulator.functions.invocation import (
    PayloadTooLarge,
    Throttled,
    Trigger,
    UnknownFunction,
)
from samulator.functions.kept_events import KeptEvent, KeptEvents
from samulator.functions.packages import PackageError
from samulator.functions.worker_host import WorkerHost
from samulator.template.names import function_arn
from testkit.other_app_runner import ROOT, TEMPLATE, OtherApp
from testkit.timing import LONG_SECONDS, is_gone, wait_until

TESTS = str(Path(__file__).parents[1])
WAITING = """
import os, pathlib, time

def handler(event, context):
    folder = pathlib.Path(event.get("folder", "."))
    if "folder" in event:
        (folder / str(os.getpid())).touch()
    while len(list(folder.iterdir())) < event.get("until", 0):
        time.sleep(0.01)
    return os.getpid()
"""


@pytest.fixture
def make_app(tmp_path: Path):
    """Makes an application of two functions that answer with their process.

    They wait until a folder holds as many files as the event says; each adds one of its process.
    The second may run once at a time.
    """
    (tmp_path / "code").mkdir()
    (tmp_path / "code/app.py").write_text(WAITING)
    (tmp_path / "template.yaml").write_text(
        textwrap.dedent("""
        Globals:
          Function: {CodeUri: code, Handler: app.handler, Runtime: python3.11, Timeout: 120}
        Resources:
          Free: {Type: AWS::Serverless::Function}
          Single:
            Type: AWS::Serverless::Function
            Properties: {ReservedConcurrentExecutions: 1}
          Many:
            Type: AWS::Serverless::Function
            Properties: {ReservedConcurrentExecutions: 60}
          Off:
            Type: AWS::Serverless::Function
            Properties: {ReservedConcurrentExecutions: 0}
        """)
    )
    with ExitStack() as stack:

        def make(**options: Any) -> OtherApp:
            running = OtherApp(tmp_path / "template.yaml", concurrency=3, **options)
            stack.callback(running.close)
            return running

        yield make


@pytest.fixture
def app(make_app) -> OtherApp:
    return make_app()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty one, in which functions meet."""
    (tmp_path / "meeting").mkdir()
    return tmp_path / "meeting"


def pids_of(app: OtherApp, name: str, *, requests: int, **event: Any) -> list[int]:
    async def invoke_all():
        payload = json.dumps(event).encode()
        calls = (app.functions.invoke(name, payload) for _ in range(requests))
        return await asyncio.gather(*calls)

    return [json.loads(invocation.payload) for invocation in app.call(invoke_all())]


def pid_of(app: OtherApp, name: str) -> int:
    return json.loads(app.invoke(name).payload)


def test_slow_requests_get_workers_of_their_own_up_to_the_limit(app, folder):
    pids = pids_of(app, "Free", requests=6, folder=str(folder), until=3)

    assert len(set(pids)) == 3


def test_short_requests_share_one_worker(make_app):
    app = make_app(grow_after=LONG_SECONDS)

    assert len(set(pids_of(app, "Free", requests=4))) == 1


def test_reserved_concurrency_is_the_limit(make_app):
    app = make_app(grow_after=0)

    assert len(set(pids_of(app, "Single", requests=3))) == 1


def test_a_reserve_made_for_aws_is_no_number_of_processes_here(app, folder):
    pids = pids_of(app, "Many", requests=6, folder=str(folder), until=3)

    assert len(set(pids)) == 3


def test_function_without_concurrency_is_throttled(app):
    with pytest.raises(Throttled, match="Off reserves no concurrency"):
        app.invoke("Off")


def test_function_whose_packages_cannot_be_built_says_why(app, monkeypatch):
    def layout(name: str):
        raise PackageError(f"{name}: build-L failed")

    monkeypatch.setattr(app.packages, "layout", layout)

    invocation = app.invoke("Free")

    assert invocation.function_error == "Unhandled"
    assert json.loads(invocation.payload)["errorMessage"] == "Free: build-L failed"
    assert invocation.log_tail.startswith(b"Free: build-L failed")
    monkeypatch.undo()
    assert app.invoke("Free").function_error is None


def test_starts_that_fail_leave_no_file_open_and_no_folder(app, monkeypatch, tmp_path):
    not_executable = tmp_path / "python"
    not_executable.write_text("")
    monkeypatch.setattr(worker, "find_interpreter", lambda _runtime: not_executable)
    folder = Path(app.functions._fleet._supervision.folder)
    gc.collect()  # what other tests left may be closed meanwhile
    descriptors, files = psutil.Process().num_fds(), len(list(folder.iterdir()))

    for _ in range(10):
        answer = json.loads(app.invoke("Free").payload)
        assert "Permission denied" in answer["errorMessage"]

    assert psutil.Process().num_fds() <= descriptors
    assert len(list(folder.iterdir())) == files


def test_unknown_function_and_large_payload_are_refused(app):
    with pytest.raises(UnknownFunction, match="Nobody"):
        app.invoke("Nobody")
    with pytest.raises(PayloadTooLarge, match="limit 6291456 bytes"):
        app.invoke("Free", "x" * 6 * 1024 * 1024)


def test_reload_lets_the_running_request_finish_on_the_old_worker(app, folder):
    async def invoke_and_reload() -> tuple[int, int]:
        functions: WorkerHost = app.functions
        event = json.dumps({"folder": str(folder), "until": 2}).encode()
        running = asyncio.ensure_future(functions.invoke("Free", event))
        while not list(folder.iterdir()):
            await asyncio.sleep(0.01)
        await functions.reload("Free")
        following = await functions.invoke("Free", b"{}")
        (folder / "go on").touch()
        return int((await running).payload), int(following.payload)

    old, new = app.call(invoke_and_reload())

    assert old != new
    wait_until(lambda: is_gone(old), f"{old} still runs")


def test_reload_starts_the_functions_used_last_and_no_other(app):
    old = pid_of(app, "Single")

    app.call(app.functions.reload("Free", "Single"))
    wait_until(lambda: app.workers_of("Single") - {old}, "no new worker")

    assert len(app.workers_of("Single") - {old}) == 1
    assert app.workers_of("Free") == app.workers_of("Off") == set()


def test_saves_in_quick_succession_end_with_one_worker_of_the_last(app):
    async def reload_often() -> None:
        for _ in range(5):
            await app.functions.reload("Free")
            await asyncio.sleep(0.03)

    before = pid_of(app, "Free")
    app.call(reload_often())
    last = pid_of(app, "Free")

    wait_until(lambda: app.workers_of("Free") == {last}, "more workers than one")
    assert last != before
    assert pid_of(app, "Free") == last


STACK = """
import asyncio, sys
from testkit.other_app_runner import OtherApp
from pathlib import Path

app = OtherApp(Path(sys.argv[1]))
app.invoke("MisbehavingFunction", {"how": "well"})
hanging = asyncio.run_coroutine_threadsafe(
    app.functions.invoke("MisbehavingFunction", b'{"how": "hang"}'), app._loop)
while not any("about to hang" in line for _, line in app.recorder.lines):
    pass
print("hanging", app.functions._fleet._supervision.folder, flush=True)
sys.stdin.read()
"""


def test_killed_stack_leaves_no_process_and_no_file():
    stack = subprocess.Popen(
        [sys.executable, "-c", STACK, str(TEMPLATE)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": TESTS},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert stack.stdout is not None
    word, folder = stack.stdout.readline().rstrip("\n").split(maxsplit=1)
    assert word == "hanging"
    family = psutil.Process(stack.pid).children(recursive=True)
    # The guardian, the worker and what the worker started.
    assert len(family) >= 3

    os.kill(stack.pid, signal.SIGKILL)
    stack.communicate()

    wait_until(lambda: all(is_gone(process.pid) for process in family), f"{family}")
    wait_until(lambda: not Path(folder).exists(), f"{folder} is left")


def test_closing_ends_every_process_and_running_request():
    # Those of a whole stack that other tests use may come and go below them.
    others = set(psutil.Process().children())
    app = OtherApp(TEMPLATE)
    app.invoke("WebFunction", {"rawPath": "/echo"})
    hanging = asyncio.run_coroutine_threadsafe(
        app.functions.invoke("MisbehavingFunction", b'{"how": "hang"}'), app._loop
    )
    app.wait_for_line("about to hang")
    ours = set(psutil.Process().children()) - others
    family = ours.union(*(process.children(recursive=True) for process in ours))

    app.close()

    assert json.loads(hanging.result(LONG_SECONDS).payload)["errorType"] == "Runtime.ExitError"
    # The guardian, two workers and what one of them started.
    assert len(family) >= 4
    wait_until(lambda: all(is_gone(process.pid) for process in family), f"{family}")


def test_event_that_the_end_of_the_stack_cuts_off_is_named():
    app = OtherApp(TEMPLATE)
    request_id = app.call(app.functions.invoke_event("MisbehavingFunction", b'{"how": "hang"}'))
    app.wait_for_line("about to hang")

    app.close()

    line = f"Event {request_id} is given up: the stack stopped before it was done"
    assert ("MisbehavingFunction", line) in app.recorder.lines


def test_events_that_a_stack_did_not_finish_run_in_the_next_one(tmp_path: Path):
    file = tmp_path / "events.sqlite"
    app = OtherApp(TEMPLATE, events_file=file)
    unfinished = app.call(app.functions.invoke_event("MisbehavingFunction", b'{"how": "hang"}'))
    app.wait_for_line("about to hang")
    app.call(app.functions.invoke_event("UploadFunction", b"{}"))
    wait_until(lambda: "UploadFunction" in [each.function for each in app.recorder.invocations])
    app.close()
    what = "runs again at the next start: the stack stopped before it was done"
    assert ("MisbehavingFunction", f"Event {unfinished} {what}") in app.recorder.lines
    kept = KeptEvents(file)
    assert [each.request_id for each in kept.left()] == [unfinished]
    kept.remove(unfinished)
    for number, name in enumerate(("Removed", "UploadFunction")):
        arn = function_arn("us-east-1", name, qualifier="$LATEST")
        kept.add(KeptEvent(f"id-{number}", arn, Trigger.S3, b'{"kept": true}'))
    kept.close()

    again = OtherApp(TEMPLATE, events_file=file)
    again._loop.call_soon_threadsafe(again.functions.resume)
    again.call(again.functions.drain())
    again.close()

    (invocation,) = again.recorder.invocations
    assert (invocation.request_id, invocation.trigger) == ("id-1", Trigger.S3)
    assert ("Removed", "Event id-0 is dropped") in [
        (name, text.partition(":")[0]) for name, text in again.recorder.lines
    ]
    assert KeptEvents(file).left() == []

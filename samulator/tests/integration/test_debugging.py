"""Breakpoints in functions, over the protocol that editors speak."""

import asyncio
import io
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from samulator.control.console import Console
from samulator.control.project import open_project
from samulator.control.stack import Stack
from samulator.control.state import RunningStack
from samulator.control.worker_mode import WorkerMode
from samulator.functions.debugging import InvalidTarget, find_debugger, targets
from samulator.functions.reload import ReloadListener, watch, watch_code
from samulator.servers.reserved_ports import reserved_ports
from testkit.debug_client import DebugClient
from testkit.http_calls import HttpCaller
from testkit.other_app_runner import TEMPLATE, OtherApp
from testkit.ports import reserve_port
from testkit.timing import wait_until

# A client that connects before this is said may find an adapter without its function.
WAITING = "Waiting for a debugger"


@pytest.fixture
def port() -> int:
    return reserve_port()


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., OtherApp]]:
    """Starts a copy of the other application, with functions to debug."""
    running = []

    def start(*debug: str) -> OtherApp:
        shutil.copytree(TEMPLATE.parent, tmp_path / "app")
        running.append(OtherApp(tmp_path / "app/template.yaml", debug=debug))
        return running[-1]

    yield start
    for app in running:
        app.close()


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor() as threads:
        yield threads


def line_of(path: Path, text: str) -> int:
    return next(
        number for number, line in enumerate(path.read_text().splitlines(), 1) if text in line
    )


def waiting(app: OtherApp) -> list[str]:
    """What workers said that wait for a debugger."""
    return [line for _, line in app.recorder.lines if line.startswith(WAITING)]


def test_a_breakpoint_is_hit_under_http_and_the_answer_arrives_afterwards(start, pool, port):
    app = start(f"WebFunction:{port}")
    answer = pool.submit(HttpCaller(app.url), "GET", "/items/7")
    code = Path(app.application.functions["WebFunction"].code_uri) / "web.py"
    line = line_of(code, 'path = event["rawPath"]')

    app.wait_for_line(WAITING)
    with DebugClient(port) as debugger:
        assert debugger.attach({code: [line]}) == [True]
        thread = debugger.stopped()
        assert debugger.place(thread) == (str(code), line)
        assert debugger.evaluate(thread, 'event["pathParameters"]') == "{'id': '7'}"
        assert not answer.done()
        debugger.request("continue", threadId=thread)

        assert answer.result().json()["rawPath"] == "/items/7"


def test_a_breakpoint_is_hit_under_an_event_and_outlasts_the_timeout(start, pool, port):
    """MisbehavingFunction has a second; whoever looks at a variable has a day."""
    app = start(f"MisbehavingFunction:{port}")
    code = Path(app.application.functions["MisbehavingFunction"].code_uri) / "misbehaving.py"
    line = line_of(code, "def handler") + 2
    answer = pool.submit(app.invoke, "MisbehavingFunction", {"pathParameters": {"how": "sleep"}})

    app.wait_for_line(WAITING)
    with DebugClient(port) as debugger:
        debugger.attach({code: [line]})
        thread = debugger.stopped()
        left = int(debugger.evaluate(thread, "context.get_remaining_time_in_millis()"))
        assert left > 3_600_000
        debugger.request("continue", threadId=thread)
        debugger.request("disconnect")
        answer.result()


IMPORTS_FOR_EVER = """
Transform: AWS::Serverless-2016-10-31
Globals: {Function: {Handler: index.handler, Runtime: python3.11, Timeout: 900}}
Resources:
  Slow:
    Type: AWS::Serverless::Function
    Properties: {InlineCode: "import time; time.sleep(900)"}
  Debugged:
    Type: AWS::Serverless::Function
    Properties: {InlineCode: "def handler(event, context): pass"}
"""


def test_a_debugger_need_not_wait_for_the_imports_of_other_functions(
    tmp_path: Path, port: int
) -> None:
    (tmp_path / "template.yaml").write_text(IMPORTS_FOR_EVER)
    project, output = open_project(tmp_path), io.StringIO()
    console = Console(project.state / "logs", output)
    mode = WorkerMode(project, console, [f"Debugged:{port}"])

    async def run() -> None:
        with reserved_ports() as ports, RunningStack(project.state).hold(ports) as record:
            stack = Stack(project, ports, mode, record, console, durable=False)
            async with stack.running():
                await asyncio.to_thread(wait_until, lambda: WAITING in output.getvalue())

    asyncio.run(run())


def test_the_function_sees_nothing_of_the_debugger_s_environment(start, pool, port):
    app = start(f"WebFunction:{port}")
    answer = pool.submit(app.invoke_json, "WebFunction", {"rawPath": "/"})

    app.wait_for_line(WAITING)
    with DebugClient(port) as debugger:
        debugger.attach({})
        seen = answer.result()

    assert str(find_debugger().parent) not in seen["path"]
    assert not [name for name in seen["environment"] if name.startswith("PYDEVD")]
    assert seen["argv"][1:] == ["web.handler"]


def test_a_saved_file_is_waited_for_again_with_the_new_code(start, pool, port):
    app = start(f"WebFunction:{port}")
    code = Path(app.application.functions["WebFunction"].code_uri) / "web.py"
    reloads: list[Any] = []
    watching = watch(
        app.application,
        app.functions,
        app.packages,
        ReloadListener(lambda *told: reloads.append(told), reloads.append),
        code=watch_code(app.application, app.packages),
    )
    asyncio.run_coroutine_threadsafe(watching, app._loop)
    first = pool.submit(app.invoke_json, "WebFunction", {"rawPath": "/"})
    app.wait_for_line(WAITING)
    with DebugClient(port) as debugger:
        debugger.attach({})
        assert first.result()["greeting"] == "HELLO WORLD"
        assert reloads == []
        saved = code.parents[1] / "saved.py"
        saved.write_text(code.read_text().replace('"world"', '"moon"'))
        saved.replace(code)
    wait_until(lambda: len(waiting(app)) == 2)
    second = pool.submit(app.invoke_json, "WebFunction", {"rawPath": "/"})
    app.wait_for_line(WAITING)
    with DebugClient(port) as debugger:
        line = line_of(code, "return look_around")
        debugger.attach({code: [line]})
        thread = debugger.stopped()
        debugger.request("continue", threadId=thread)
        assert second.result()["greeting"] == "HELLO MOON"


def test_one_worker_alone_is_started(start, pool, port):
    app = start(f"WebFunction:{port}")
    calls = [pool.submit(app.invoke_json, "WebFunction", {"rawPath": "/"}) for _ in range(4)]

    app.wait_for_line(WAITING)
    with DebugClient(port) as debugger:
        debugger.attach({})
        assert len({call.result()["pid"] for call in calls}) == 1


def test_functions_are_named_by_either_name_and_get_ports_in_order(start):
    application = start().application

    assert targets(["WebFunction", "local-nightly", "QueueFunction:5679"], application) == {
        "WebFunction": 5678,
        "NightlyFunction": 5680,
        "QueueFunction": 5679,
    }


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        (["Absent"], "--debug Absent: no function 'Absent'; there are .*WebFunction"),
        (["WebFunction:x"], "--debug WebFunction:x: 'x' is no port"),
        (["WebFunction:99999"], "'99999' is no port"),
        (["WebFunction:5", "QueueFunction:5"], "two functions on one port"),
    ],
)
def test_what_cannot_be_debugged_is_one_line(start, texts: list[str], said: str):
    application: Any = start().application

    with pytest.raises(InvalidTarget, match=said):
        targets(texts, application)

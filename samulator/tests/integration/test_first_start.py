"""AWS's own hello world, as a newcomer starts it: a folder, one command, an answer."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

import psutil
import pytest

from samulator.servers.ports import Ports, variable_of
from testkit.hello_world import copy_hello_world
from testkit.ports import reserve_ports
from testkit.timing import LONG_SECONDS, wait_until

DATA_SERVERS = ("postgres", "redis-server", "osmem-server")


@pytest.fixture(scope="module")
def ports() -> Ports:
    return reserve_ports()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """With a file that has the name of a module of Python, as projects do."""
    project = copy_hello_world(tmp_path_factory.mktemp("sam-app"))
    (project / "selectors.py").write_text("raise SystemExit('imported by mistake')\n")
    return project


def command(folder: Path, ports: Ports, *arguments: str) -> subprocess.Popen[str]:
    moved = {variable_of(name): str(port) for name, port in ports.items() if name != "api"}
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "samulator", *arguments],
        cwd=folder,
        env={**os.environ, **moved},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


@contextmanager
def started(folder: Path, ports: Ports) -> Iterator[psutil.Process]:
    process = command(folder, ports, "up", "-p", str(ports.api))
    assert process.stdout is not None
    seen = []
    for line in process.stdout:
        seen.append(line)
        if line.startswith("Ready."):
            break
    assert seen[-1].startswith("Ready."), "".join(seen)
    yield psutil.Process(process.pid)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=LONG_SECONDS)
    assert process.returncode == 0


@pytest.fixture(scope="module")
def stack(folder: Path, ports: Ports) -> Iterator[psutil.Process]:
    with started(folder, ports) as process:
        yield process


def test_its_route_answers_on_the_port_that_the_flag_names(
    stack: psutil.Process, ports: Ports
) -> None:
    with urlopen(f"http://127.0.0.1:{ports.api}/hello") as answer:
        assert json.load(answer) == {"message": "hello world"}


def test_no_data_server_runs_for_an_application_that_asks_for_none(
    stack: psutil.Process,
) -> None:
    names = {child.name() for child in stack.children(recursive=True)}
    assert not names.intersection(DATA_SERVERS)


@pytest.mark.skipif(sys.platform != "linux", reason="psutil tells it on Linux alone")
def test_neither_awss_translator_nor_its_services_stay_in_memory(stack: psutil.Process) -> None:
    mapped = {Path(each.path).name.split(".")[0] for each in stack.memory_maps()}
    assert "_http_parser" in mapped
    assert "_pydantic_core" not in mapped
    said = (child for child in stack.children() if "samulator.servers.aws" in child.cmdline())
    assert [each.memory_info().rss < 30 * 2**20 for each in said] == [True]


def test_doctor_asks_for_nothing_that_the_application_does_not(
    stack: psutil.Process, folder: Path, ports: Ports
) -> None:
    said, _ = command(folder, ports, "doctor").communicate(timeout=LONG_SECONDS)
    assert said.startswith("Worker processes (samulator up): works\n")
    assert "make " not in said
    assert "PostgreSQL" not in said


def test_a_service_that_does_not_run_here_is_named_as_such(
    stack: psutil.Process, folder: Path, ports: Ports
) -> None:
    said, _ = command(folder, ports, "stop", "redis").communicate(timeout=LONG_SECONDS)
    assert said == "redis does not run here; local.toml asks for servers\n"


ASKING = """
from urllib.request import urlopen


def handler(event, context):
    if "asks" in event:
        # Raises where nothing answers, which ends the start.
        urlopen(event["asks"]).read()
    return {"statusCode": 200, "body": "{}"}
"""


def test_what_is_invoked_after_the_api_opened_can_ask_it(tmp_path: Path) -> None:
    folder, ports = copy_hello_world(tmp_path), reserve_ports()
    (folder / "hello_world" / "app.py").write_text(ASKING)
    asks = {"asks": f"http://127.0.0.1:{ports.api}/hello"}
    (folder / "ask.json").write_text(json.dumps(asks))
    start = '[[start]]\nfunction = "HelloFunction"\nevent = "ask.json"\nafter_open = true\n'
    (folder / "local.toml").write_text(start)
    with started(folder, ports):
        pass


MADE = """
Transform: AWS::Serverless-2016-10-31
Resources:
  F:
    Type: AWS::Serverless::Function
    Metadata: {BuildMethod: makefile}
    Properties: {CodeUri: code, Handler: app.handler, Runtime: python3.11}
"""


def test_ctrl_c_while_a_function_is_built_is_no_failure_of_it(tmp_path: Path) -> None:
    (tmp_path / "template.yaml").write_text(MADE)
    gate, begun = tmp_path / "gate", tmp_path / "begun"
    os.mkfifo(gate)
    (tmp_path / "code").mkdir()
    recipe = f"build-F:\n\t@exec 3<{gate}; touch {begun}; cat <&3; exit 1\n"
    (tmp_path / "code" / "Makefile").write_text(recipe)
    ports = reserve_ports()
    with gate.open("r+b", buffering=0):
        process = command(tmp_path, ports, "up", "-p", str(ports.api))
        assert process.stdout is not None
        wait_until(begun.exists)
        process.send_signal(signal.SIGINT)
        assert "Stopped.\n" in iter(process.stdout.readline, "")
    said, _ = process.communicate(timeout=LONG_SECONDS)
    assert process.returncode == 0
    assert "failed" not in said

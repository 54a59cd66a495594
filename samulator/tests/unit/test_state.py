"""The mark of the running stack: held once, read by others, never believed when stale."""

import asyncio
import io
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict
from itertools import cycle
from pathlib import Path

import psutil
import pytest

from samulator.control.lock_record import Running, parse, record_text, serialise
from samulator.control.state import AlreadyRunning, RunningStack, StackNotRunning, StateGone
from samulator.servers.ports import Ports

PORTS = Ports(api=8080)


@contextmanager
def another_stack(state: Path) -> Iterator[tuple[subprocess.Popen[bytes], psutil.Process]]:
    """A process that holds the folder, and the one child that it has."""
    program = (
        "import subprocess, time\n"
        "from pathlib import Path\n"
        "from samulator.servers.ports import Ports\n"
        "from samulator.control.state import RunningStack\n"
        f"with RunningStack(Path({str(state)!r})).hold(Ports()):\n"
        "    child = subprocess.Popen(['sleep', '60'])\n"
        "    print(child.pid, flush=True)\n"
        "    time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) as stack:
        assert stack.stdout
        child = psutil.Process(int(stack.stdout.readline()))
        yield stack, child
        stack.kill()
    if child.is_running():
        child.kill()


def test_a_second_stack_is_told_who_runs(tmp_path: Path) -> None:
    with (
        RunningStack(tmp_path).hold(PORTS),
        pytest.raises(AlreadyRunning, match=str(os.getpid())),
    ):
        RunningStack(tmp_path).hold(PORTS).__enter__()


def test_others_read_where_the_stack_is_and_how_its_services_are(tmp_path: Path) -> None:
    with RunningStack(tmp_path).hold(PORTS) as stack:
        assert RunningStack(tmp_path).read() == Running(os.getpid(), PORTS)
        stack.tell(host="172.17.0.1")
        stack.tell(services={"redis": "up"})
        stack.tell(services={"redis": "given up, with a long reason"})
        stack.tell(services={"redis": "up"})
        assert RunningStack(tmp_path).require() == Running(
            os.getpid(), PORTS, "172.17.0.1", {"redis": "up"}
        )


def test_a_record_text_another_version_is_read_as_far_as_it_is_known(tmp_path: Path) -> None:
    with RunningStack(tmp_path).hold(PORTS):
        fields = asdict(Running(os.getpid(), PORTS)) | {"colour": "red"}
        del fields["servers"]
        (tmp_path / "running.json").write_text(serialise(fields))
        assert RunningStack(tmp_path).require() == Running(os.getpid(), PORTS)


def test_what_is_read_while_it_changes_is_one_of_the_states(tmp_path: Path) -> None:
    """Reads until it has met each of them, however long a busy machine lets it wait."""
    states = {"not yet", "up", "starting again", "given up"}
    done = threading.Event()

    def change(stack: RunningStack) -> None:
        for state in cycle(sorted(states)):
            stack.tell(services={"redis": state})
            if done.is_set():
                return

    with RunningStack(tmp_path).hold(PORTS) as stack, ThreadPoolExecutor() as threads:
        changing = threads.submit(change, stack)
        seen: set[str] = set()
        try:
            while seen != states:
                running = RunningStack(tmp_path).require()
                seen.add(running.services.get("redis", "not yet"))
                assert seen <= states
        finally:
            done.set()
        changing.result()


def test_half_of_one_record_and_half_of_another_is_not_believed() -> None:
    older, newer = (record_text(Running(pid, PORTS, servers={pid: 1.0})) for pid in (1234, 5678))
    assert len(older) == len(newer)
    for cut in range(1, len(older)):
        torn = newer[:cut] + older[cut:]
        if torn not in (older, newer):
            with pytest.raises(ValueError, match=r"half of one record"):
                parse(io.StringIO(torn))


@pytest.mark.parametrize("pids", [(9, 10), (999, 1000), (99_999, 100_000)])
def test_numbers_of_processes_with_more_and_fewer_digits_are_read(pids: tuple[int, int]) -> None:
    running = Running(1, PORTS, servers=dict.fromkeys(pids, 1.5))
    assert parse(io.StringIO(record_text(running))) == running


def test_a_stack_whose_folder_is_removed_is_told(tmp_path: Path) -> None:
    state = tmp_path / "state"

    async def remove_meanwhile(stack: RunningStack) -> None:
        watching = asyncio.create_task(stack.watch())
        await asyncio.sleep(0)
        assert not watching.done()
        shutil.rmtree(state)
        # Another stack may have taken the place; its mark stays.
        with RunningStack(state).hold(PORTS):
            await watching

    with (
        RunningStack(state).hold(PORTS) as stack,
        pytest.raises(StateGone, match=f"{state} was removed"),
    ):
        asyncio.run(remove_meanwhile(stack))


def test_the_mark_is_gone_after_the_run(tmp_path: Path) -> None:
    with RunningStack(tmp_path).hold(PORTS):
        pass
    assert RunningStack(tmp_path).read() is None
    assert not RunningStack(tmp_path).stop()
    assert not list(tmp_path.iterdir())


def test_a_killed_stack_is_not_running_and_another_may_start(tmp_path: Path) -> None:
    with another_stack(tmp_path) as (stack, child):
        stack.kill()
        stack.wait()
        assert child.is_running()
        assert list(tmp_path.iterdir()), "nothing stale is left to mislead"
        assert RunningStack(tmp_path).read() is None
        with pytest.raises(StackNotRunning, match="does not run; samulator up starts it"):
            RunningStack(tmp_path).require()
        with RunningStack(tmp_path).hold(PORTS):
            assert RunningStack(tmp_path).require().pid == os.getpid()


@pytest.fixture
def server() -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(["sleep", "60"]) as process:
        yield process
        process.kill()


def leave_mark(state: Path, servers: dict[int, float]) -> None:
    """As a stack that was killed leaves it."""
    mark = record_text(Running(1, PORTS, services={"redis": "up"}, servers=servers))
    (state / "running.json").write_text(mark)


def test_the_servers_that_a_killed_stack_left_are_ended_by_the_next(
    tmp_path: Path, server: subprocess.Popen[bytes]
) -> None:
    with RunningStack(tmp_path).hold(PORTS) as stack:
        stack.tell(servers=[server.pid])
        servers = RunningStack(tmp_path).require().servers
    leave_mark(tmp_path, servers)
    with RunningStack(tmp_path).hold(PORTS):
        assert server.wait(0) == -signal.SIGTERM
        assert RunningStack(tmp_path).require() == Running(os.getpid(), PORTS)


def test_stopping_ends_the_servers_that_a_killed_stack_left(
    tmp_path: Path, server: subprocess.Popen[bytes]
) -> None:
    leave_mark(tmp_path, {server.pid: psutil.Process(server.pid).create_time()})
    assert not RunningStack(tmp_path).stop()
    assert server.wait(0) == -signal.SIGTERM
    assert not list(tmp_path.iterdir())


def test_a_stranger_with_the_number_of_a_server_is_left_alone(
    tmp_path: Path, server: subprocess.Popen[bytes]
) -> None:
    leave_mark(tmp_path, {server.pid: psutil.Process(server.pid).create_time() - 60})
    with RunningStack(tmp_path).hold(PORTS):
        assert server.poll() is None


def test_stopping_what_a_killed_stack_left_clears_its_mark(tmp_path: Path) -> None:
    stranger = f'{{"pid": {os.getpid()}, "ports": {{}}, "host": "127.0.0.1", "services": {{}}}}'
    (tmp_path / "running.json").write_text(stranger)
    assert not RunningStack(tmp_path).stop()
    assert not list(tmp_path.iterdir())


def test_many_readers_do_not_keep_a_stack_from_starting(tmp_path: Path) -> None:
    (tmp_path / "running.json").write_text("stale")
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            RunningStack(tmp_path).read()

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    try:
        for _ in range(20):
            with RunningStack(tmp_path).hold(PORTS):
                pass
    finally:
        done.set()
        for reader in readers:
            reader.join()


def test_stopping_ends_the_stack_and_its_children(tmp_path: Path) -> None:
    with another_stack(tmp_path) as (_, child):
        assert RunningStack(tmp_path).stop()
        assert not child.is_running() or child.status() == psutil.STATUS_ZOMBIE
        assert not list(tmp_path.iterdir())

"""The mark of the running stack: held once, never believed when stale."""

import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from local.state import AlreadyRunning, RunningStack


def test_a_second_stack_is_told_who_runs(tmp_path: Path) -> None:
    with RunningStack(tmp_path).hold(), pytest.raises(AlreadyRunning, match=str(os.getpid())):
        RunningStack(tmp_path).hold().__enter__()


def test_the_mark_is_gone_after_the_run(tmp_path: Path) -> None:
    with RunningStack(tmp_path).hold():
        pass
    assert RunningStack(tmp_path).process() is None
    assert not RunningStack(tmp_path).stop()


def test_a_number_that_went_to_a_stranger_is_not_stopped(tmp_path: Path) -> None:
    (tmp_path / "up.pid").write_text(f"{os.getpid()} 1.0\n")
    assert not RunningStack(tmp_path).stop()


def test_stopping_ends_the_stack_and_its_children(tmp_path: Path) -> None:
    program = (
        "import subprocess, sys, time\n"
        "from pathlib import Path\n"
        "from local.state import RunningStack\n"
        f"with RunningStack(Path({str(tmp_path)!r})).hold():\n"
        "    child = subprocess.Popen(['sleep', '60'])\n"
        "    print(child.pid, flush=True)\n"
        "    time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) as stack:
        assert stack.stdout
        child = psutil.Process(int(stack.stdout.readline()))
        assert RunningStack(tmp_path).stop()
        assert not child.is_running() or child.status() == psutil.STATUS_ZOMBIE

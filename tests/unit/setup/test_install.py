"""Installing into an environment into which another make installs."""

import fcntl
import subprocess
import sys
from pathlib import Path

from requirements import install

# What make runs, with a lock of the test's own.
PROGRAM = "import sys; from pathlib import Path; from requirements.install import main; "
PROGRAM += "sys.exit(main(sys.argv[2:], Path(sys.argv[1])))"
ROOT = Path(install.__file__).parents[1]


def start(lock: Path, *arguments: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(lock), *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_the_second_of_two_waits_for_the_first_and_says_so(tmp_path: Path) -> None:
    lock = tmp_path / ".venv" / "install.lock"
    lock.parent.mkdir()
    (tmp_path / "none.txt").write_text("")
    with lock.open("w") as first:
        fcntl.flock(first, fcntl.LOCK_EX)
        second = start(lock, "-r", str(tmp_path / "none.txt"))
        assert second.stderr is not None
        said = second.stderr.readline()
        assert second.poll() is None
    second.communicate(timeout=60)
    assert second.returncode == 0
    assert said == "Waiting for another make that installs into .venv\n"


def test_an_environment_that_is_only_linked_keeps_the_folder_that_it_was_made_for(
    tmp_path: Path,
) -> None:
    made_for = tmp_path / "project" / ".venv"
    made_for.mkdir(parents=True)
    linked = tmp_path / ".venv"
    linked.symlink_to(made_for)
    left = start(linked / "install.lock", "--editable", str(tmp_path / "no such package"))
    assert left.communicate(timeout=60) == ("", "")
    assert left.returncode == 0
    assert not (made_for / "install.lock").exists()


def test_what_is_not_in_the_lock_by_its_hash_is_refused(tmp_path: Path) -> None:
    (tmp_path / "lock.txt").write_text(f"anything @ {tmp_path.as_uri()}\n")
    refused = start(tmp_path / "install.lock", "-r", str(tmp_path / "lock.txt"))
    _, said = refused.communicate(timeout=60)
    assert refused.returncode == 1
    assert "hashes" in said

"""What Lambda puts beside a function: taken from the stack's environment where that fits."""

from importlib.metadata import version
from pathlib import Path

import pytest

from samulator.functions.interpreters import OWN_RUNTIME
from samulator.functions.packages.runtime import RUNTIME_LOCK, runtime_client

OTHER_RUNTIME = "python3.12" if OWN_RUNTIME != "python3.12" else "python3.13"


@pytest.fixture
def lock(tmp_path: Path):
    def lock(*pins: str) -> Path:
        path = tmp_path / "lock.txt"
        path.write_text("".join(f"{pin} \\\n    --hash=sha256:0\n" for pin in pins))
        return path

    return lock


def test_what_the_own_environment_has_is_taken_and_nothing_installed(lock, tmp_path):
    target = tmp_path / "runtime"
    target.mkdir()
    pins = [f"{name}=={version(name)}" for name in ("jmespath", "six")]

    runtime_client(OWN_RUNTIME, lock(*pins)).build(target)

    assert (target / "six.py").read_text()
    assert (target / "jmespath/__init__.py").is_file()
    assert not (target / "missing.txt").exists()


def test_a_newer_version_of_the_same_major_is_taken_and_an_older_one_or_another_is_not(lock):
    major = version("jmespath").split(".")[0]

    def taken(pin: str) -> bool:
        return "jmespath" in runtime_client(OWN_RUNTIME, lock(f"jmespath=={pin}")).own

    assert taken(f"{major}.0.0")
    assert not taken(f"{major}.99.0")
    assert not taken(f"{int(major) - 1}.0.0")


def test_another_python_gets_what_is_plain_python_alone(lock):
    simplejson = f"simplejson=={version('simplejson')}"
    pins = lock(f"six=={version('six')}", simplejson)

    assert set(runtime_client(OWN_RUNTIME, pins).own) == {"six", "simplejson"}
    assert set(runtime_client(OTHER_RUNTIME, pins).own) == {"six"}


def test_a_python_that_a_package_has_left_gets_none_of_it(lock):
    pins = lock(f"boto3=={version('boto3')}")

    assert set(runtime_client(OTHER_RUNTIME, pins).own) == {"boto3"}
    assert not runtime_client("python3.9", pins).own


def test_python_3_9_has_a_lock_of_its_own():
    assert runtime_client("python3.9", RUNTIME_LOCK).lock.name == "runtime-3.9.txt"
    assert runtime_client("python3.10", RUNTIME_LOCK).lock == RUNTIME_LOCK

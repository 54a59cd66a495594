"""Runtimes that this machine has, and those it lacks."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from samulator.functions.interpreters import (
    OWN_RUNTIME,
    choose_runtimes,
    find_interpreter,
    installed,
    places,
)
from samulator.template.model import Application, Function, TemplateError

ANSWERS = "echo cpython {} -"
_MOVED_BY = (
    *("PYENV_ROOT", "XDG_DATA_HOME", "UV_PYTHON_INSTALL_DIR"),
    *("ASDF_DATA_DIR", "MISE_DATA_DIR"),
)


class Laptop:
    """A machine with nothing but what is put on it; its interpreters are shell scripts."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.path = home / "bin"
        self.path.mkdir()

    def put(self, place: str, script: str) -> str:
        path = self.home / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)
        return str(path)

    def answer(self, place: str, version: str) -> str:
        return self.put(place, ANSWERS.format(version.replace(".", " ")))


@pytest.fixture
def laptop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Laptop]:
    made = Laptop(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PATH", str(made.path))
    for name in _MOVED_BY:
        monkeypatch.delenv(name, raising=False)
    for name in ("_SYSTEM", "_HOMEBREW"):
        monkeypatch.setattr(places, name, ())
    monkeypatch.setattr(places, "_MACOS_FRAMEWORK", str(tmp_path))
    installed.cache_clear()
    yield made
    installed.cache_clear()


def application_on(*runtimes: str) -> Application:
    functions = {
        f"F{number}": Function(f"F{number}", Path(), "a.b", runtime, 3, 128, {})
        for number, runtime in enumerate(runtimes)
    }
    return Application(functions=functions, layers={}, buckets={}, queues={})


def runtimes_of(application: Application) -> list[str]:
    return [function.runtime for function in application.functions.values()]


def test_own_runtime_is_the_running_interpreter():
    assert find_interpreter(OWN_RUNTIME) == sys.executable


def test_missing_runtime_is_named():
    with pytest.raises(TemplateError, match=r"Runtime python3\.99 is not installed here"):
        find_interpreter("python3.99")


@pytest.mark.parametrize(
    "script",
    ["exit 127", "echo cpython 3 12 -", "echo cpython 3 13 t", "echo pypy 3 13 -", "kill $$"],
)
def test_what_does_not_answer_as_the_wanted_python_is_not_taken_for_it(laptop, script):
    laptop.put("bin/python3.13", script)

    assert installed("python3.13") is None


@pytest.mark.parametrize(
    "place",
    [
        "bin/python3.13",
        ".pyenv/versions/3.13.2/bin/python3.13",
        ".local/share/uv/python/cpython-3.13.2-linux-x86_64-gnu/bin/python3.13",
        ".asdf/installs/python/3.13.2/bin/python3.13",
        ".local/share/mise/installs/python/3.13.2/bin/python3.13",
    ],
)
def test_interpreters_of_version_managers_are_found(laptop, place):
    assert installed("python3.13") is None
    installed.cache_clear()
    interpreter = laptop.answer(place, "3.13")

    assert installed("python3.13") == interpreter


def test_a_shim_that_leads_nowhere_hides_no_installed_version(laptop, monkeypatch):
    shim = laptop.put(".pyenv/shims/python3.13", "exit 127")
    monkeypatch.setenv("PATH", f"{Path(shim).parent}:{laptop.path}")
    laptop.answer(".pyenv/versions/3.13.9/bin/python3.13", "3.13")
    newest = laptop.answer(".pyenv/versions/3.13.10/bin/python3.13", "3.13")

    assert installed("python3.13") == newest


def test_a_missing_runtime_runs_on_the_nearest_newer_one(laptop):
    laptop.answer("bin/python3.14", "3.14")
    laptop.answer("bin/python3.13", "3.13")

    application = choose_runtimes(application_on("python3.12", OWN_RUNTIME, "python3.12"))

    assert runtimes_of(application) == ["python3.13", OWN_RUNTIME, "python3.13"]
    assert application.warnings == (
        "python3.12 is not installed here: its functions run on python3.13 instead",
    )


def test_a_missing_runtime_without_a_newer_one_runs_on_the_own(laptop):
    application = choose_runtimes(application_on("python3.99"))

    assert runtimes_of(application) == [OWN_RUNTIME]
    (warning,) = application.warnings
    assert (
        warning == f"python3.99 is not installed here: its functions run on {OWN_RUNTIME} instead"
    )


def test_a_runtime_older_than_the_runtime_client_is_replaced_though_it_is_installed(laptop):
    laptop.answer("bin/python3.8", "3.8")
    laptop.answer("bin/python3.9", "3.9")

    application = choose_runtimes(application_on("python3.8"))

    assert runtimes_of(application) == ["python3.9"]
    assert application.warnings == (
        "python3.8 is too old for AWS's runtime client: its functions run on python3.9 instead",
    )


def test_installed_runtimes_stay_as_they_are(laptop):
    laptop.answer("bin/python3.13", "3.13")
    application = application_on(OWN_RUNTIME, "python3.13")

    assert choose_runtimes(application) == application


def test_the_own_runtime_is_not_run_to_find_it(laptop, monkeypatch):
    monkeypatch.setattr("subprocess.run", lambda *_, **__: pytest.fail("an interpreter was run"))

    assert runtimes_of(choose_runtimes(application_on(OWN_RUNTIME))) == [OWN_RUNTIME]

"""Hot reload: a saved file changes the next answer, of its own function alone."""

import asyncio
import json
import os
import re
import shutil
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from samulator.control.function_log import readable
from samulator.functions.reload import ReloadListener, Watching, watch, watch_code, watch_settings
from testkit.other_app_runner import TEMPLATE, OtherApp
from testkit.timing import LONG_SECONDS


class Watched(OtherApp):
    """A copy of the other application, watched; it keeps what the user is told."""

    def __init__(self, folder: Path) -> None:
        shutil.copytree(TEMPLATE.parent, folder)
        self.folder = folder
        self.reloads: list[tuple[str, str]] = []
        self.problems: list[str] = []
        self._news = threading.Condition()
        super().__init__(folder / "template.yaml")
        code = watch_code(self.application, self.packages)
        settings = Watching([folder / "template.yaml", folder / "local.toml"])
        self._watching = asyncio.run_coroutine_threadsafe(self._watch(code, settings), self._loop)

    async def _watch(self, code: Watching, settings: Watching) -> None:
        told = ReloadListener(lambda *reloaded: self._tell(self.reloads, reloaded), self._problem)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(
                watch(self.application, self.functions, self.packages, told, code=code)
            )
            tasks.create_task(watch_settings(settings, self._problem))

    def _problem(self, text: str) -> None:
        self._tell(self.problems, text)

    def _tell(self, told: list[Any], what: object) -> None:
        with self._news:
            told.append(what)
            self._news.notify_all()

    def wait_for(self, condition: Callable[[], object]) -> None:
        with self._news:
            assert self._news.wait_for(condition, timeout=LONG_SECONDS), (
                self.reloads,
                self.problems,
            )

    def wait_for_reload(self, function: str) -> None:
        self.wait_for(lambda: any(name == function for name, _ in self.reloads))

    def wait_for_problem(self) -> str:
        self.wait_for(lambda: self.problems)
        return self.problems.pop(0)

    def close(self) -> None:
        self._watching.cancel()
        super().close()


@pytest.fixture
def app(tmp_path: Path):
    running = Watched(tmp_path / "app")
    yield running
    running.close()


def answer(app: Watched) -> str:
    return json.loads(app.invoke("WebFunction", {"rawPath": "/"}).payload)["greeting"]


def save(app: Watched, word: str) -> None:
    path = app.folder / "web/web.py"
    path.write_text(re.sub(r'"(world|moon|sun)"', f'"{word}"', path.read_text()))


def test_a_saved_file_is_used(app):
    assert answer(app) == "HELLO WORLD"
    save(app, "moon")
    app.wait_for_reload("WebFunction")
    assert answer(app) == "HELLO MOON"


def test_a_save_of_the_same_size_and_time_is_used(app):
    path = app.folder / "web/web.py"
    path.write_text(path.read_text().replace("world", "stars"))
    app.wait_for_reload("WebFunction")
    assert answer(app) == "HELLO STARS"
    times = path.stat()

    app.reloads.clear()
    path.write_text(path.read_text().replace("stars", "comet"))
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    app.wait_for_reload("WebFunction")
    assert answer(app) == "HELLO COMET"


def test_code_of_a_folder_that_was_made_anew_is_used_and_saved_again(app):
    assert answer(app) == "HELLO WORLD"
    shutil.copytree(app.folder / "web", app.folder / "copy")
    shutil.rmtree(app.folder / "web")
    shutil.copytree(app.folder / "copy", app.folder / "web")
    app.wait_for_reload("WebFunction")
    assert answer(app) == "HELLO WORLD"

    app.reloads.clear()
    save(app, "moon")
    app.wait_for_reload("WebFunction")
    assert answer(app) == "HELLO MOON"


def test_a_function_whose_folder_is_away_keeps_its_code_until_it_is_back(app):
    assert answer(app) == "HELLO WORLD"
    (app.folder / "web").rename(app.folder / "away")
    app.wait_for(lambda: any(told.startswith("WebFunction keeps") for told in app.problems))
    assert f"WebFunction keeps its old code: {app.folder / 'web'} is gone" in app.problems
    assert answer(app) == "HELLO WORLD"

    (app.folder / "away").rename(app.folder / "web")
    save(app, "moon")
    app.wait_for_reload("WebFunction")
    assert answer(app) == "HELLO MOON"


def test_only_the_functions_of_the_changed_folder_are_reloaded(app):
    (app.folder / "worker/worker.py").touch()
    app.wait_for_reload("QueueFunction")
    (app.folder / "web/web.py").touch()
    app.wait_for_reload("WebFunction")

    told = [name for name, _ in app.reloads]
    assert told[:3] == ["UploadFunction", "QueueFunction", "NightlyFunction"]
    assert {name for name, changed in app.reloads if changed == "worker.py"} == {*told[:3]}


def test_changed_layer_is_built_again(app):
    assert answer(app) == "HELLO WORLD"
    (app.folder / "layers/shout/shout.py").write_text("def shout(text):\n    return text + '!'\n")

    app.wait_for_reload("WebFunction")

    assert answer(app) == "hello world!"
    assert [name for name, _ in app.reloads] == ["WebFunction"]


def test_layer_that_cannot_be_built_keeps_the_old_one(app):
    assert answer(app) == "HELLO WORLD"
    (app.folder / "layers/shout/Makefile").write_text(
        "build-ShoutLayer:\n\t@echo no such thing; exit 4\n"
    )

    told = app.wait_for_problem()

    assert told == (
        "WebFunction keeps its old code: ShoutLayer: make build-ShoutLayer failed: no such thing"
    )
    assert app.reloads == []
    assert answer(app) == "HELLO WORLD"


def test_syntax_error_shows_at_once_and_the_next_save_repairs_it(app):
    assert answer(app) == "HELLO WORLD"
    path = app.folder / "web/web.py"
    good = path.read_text()

    logged = len(app.recorder.lines)
    path.write_text("def handler(:\n")
    app.wait_for_reload("WebFunction")
    invocation = app.invoke("WebFunction", {"rawPath": "/"})
    error = json.loads(invocation.payload)
    assert error["errorType"] == "Runtime.UserCodeSyntaxError"
    shown = [text for _, line in app.recorder.lines[logged:] if (text := readable(line))]
    assert shown[0].startswith("[ERROR] Runtime.UserCodeSyntaxError")
    assert "(web.py, line 1)" in shown[0]

    app.reloads.clear()
    path.write_text(good)
    app.wait_for_reload("WebFunction")
    assert answer(app) == "HELLO WORLD"


def test_requests_during_a_reload_are_all_answered(app):
    app.invoke("WebFunction", {"rawPath": "/"})

    async def invoke_while_saved() -> list[str | None]:
        errors = []
        for word in ("moon", "sun", "world"):
            before = len(app.reloads)
            save(app, word)
            while len(app.reloads) == before:
                invocation = await app.functions.invoke("WebFunction", b'{"rawPath": "/x"}')
                errors.append(invocation.function_error)
        return errors

    assert set(app.call(invoke_while_saved())) == {None}


@pytest.mark.parametrize("name", ["template.yaml", "local.toml"])
def test_settings_that_are_written_replaced_or_removed_ask_for_a_restart(app, name):
    said = f"{name} changed: stop and start to apply it"
    file = app.folder / name

    with file.open("a") as opened:
        opened.write("\n")
    assert app.wait_for_problem() == said

    other = app.folder / "saved"
    other.write_text("\n")
    other.replace(file)
    assert app.wait_for_problem() == said

    file.unlink()
    assert app.wait_for_problem() == said
    assert app.reloads == []

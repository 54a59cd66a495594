"""Hot reload: a saved file changes the next answer, of its own function alone."""

import asyncio
import json
import shutil
import time
from pathlib import Path

import pytest

from local.function_log import readable
from local.reload import Told, watch, watch_settings
from tests.integration.local.other_app_runner import TEMPLATE, OtherApp


@pytest.fixture
def app(tmp_path: Path):
    """A copy of the other application, watched; `reloads` is what the user is told."""
    copy = tmp_path / "app"
    shutil.copytree(TEMPLATE.parent, copy)
    running = OtherApp(copy / "template.yaml")
    running.folder = copy
    running.reloads = []
    running.problems = []
    settings = (copy / "template.yaml", copy / "local.toml")
    told = Told(lambda *reloaded: running.reloads.append(reloaded), running.problems.append)

    async def watch_all() -> None:
        await asyncio.gather(
            watch(running.application, running.functions, running.packages, told),
            watch_settings(settings, running.problems.append),
        )

    watching = asyncio.run_coroutine_threadsafe(watch_all(), running._loop)
    time.sleep(0.2)
    yield running
    watching.cancel()
    running.close()


def answer(app: OtherApp) -> str:
    return json.loads(app.invoke("WebFunction", {"rawPath": "/"}).payload)["greeting"]


def wait_for_reload(app: OtherApp, function: str, seconds: float = 5) -> float:
    started = time.monotonic()
    while not any(name == function for name, _ in app.reloads):
        assert time.monotonic() - started < seconds, app.reloads
        time.sleep(0.01)
    return time.monotonic() - started


def wait_for_problem(app: OtherApp, seconds: float = 5) -> str:
    started = time.monotonic()
    while not app.problems:
        assert time.monotonic() - started < seconds
        time.sleep(0.01)
    return app.problems[0]


def test_saved_file_is_used_in_under_a_second(app):
    assert answer(app) == "HELLO WORLD"
    path = app.folder / "web/web.py"

    started = time.monotonic()
    path.write_text(path.read_text().replace('"world"', '"moon"'))
    wait_for_reload(app, "WebFunction")
    assert answer(app) == "HELLO MOON"

    assert time.monotonic() - started < 1


def test_only_the_functions_of_the_changed_folder_are_reloaded(app):
    (app.folder / "worker/worker.py").touch()
    wait_for_reload(app, "QueueFunction")
    time.sleep(0.1)

    assert {name for name, _ in app.reloads} == {
        "UploadFunction",
        "QueueFunction",
        "NightlyFunction",
    }


def test_changed_layer_is_built_again(app):
    assert answer(app) == "HELLO WORLD"
    (app.folder / "layers/shout/shout.py").write_text("def shout(text):\n    return text + '!'\n")

    wait_for_reload(app, "WebFunction")

    assert answer(app) == "hello world!"
    assert [name for name, _ in app.reloads] == ["WebFunction"]


def test_layer_that_cannot_be_built_keeps_the_old_one(app):
    assert answer(app) == "HELLO WORLD"
    (app.folder / "layers/shout/Makefile").write_text(
        "build-ShoutLayer:\n\t@echo no such thing; exit 4\n"
    )

    told = wait_for_problem(app)

    assert told.startswith("WebFunction keeps its old code: build-ShoutLayer failed with exit")
    assert "no such thing" in told
    assert app.reloads == []
    assert answer(app) == "HELLO WORLD"


def test_syntax_error_shows_at_once_and_the_next_save_repairs_it(app):
    assert answer(app) == "HELLO WORLD"
    path = app.folder / "web/web.py"
    good = path.read_text()

    logged = len(app.recorder.lines)
    path.write_text("def handler(:\n")
    wait_for_reload(app, "WebFunction")
    invocation = app.invoke("WebFunction", {"rawPath": "/"})
    error = json.loads(invocation.payload)
    assert error["errorType"] == "Runtime.UserCodeSyntaxError"
    shown = [text for _, line in app.recorder.lines[logged:] if (text := readable(line))]
    assert shown[0].startswith("[ERROR] Runtime.UserCodeSyntaxError")
    assert "(web.py, line 1)" in shown[0]

    app.reloads.clear()
    path.write_text(good)
    wait_for_reload(app, "WebFunction")
    assert answer(app) == "HELLO WORLD"


def test_requests_during_a_reload_are_all_answered(app):
    path = app.folder / "web/web.py"
    app.invoke("WebFunction", {"rawPath": "/"})

    async def invoke_many() -> list[str | None]:
        errors = []
        for number in range(60):
            if number % 20 == 0:
                path.touch()
            invocation = await app.functions.invoke("WebFunction", b'{"rawPath": "/x"}')
            errors.append(invocation.function_error)
            await asyncio.sleep(0.01)
        return errors

    assert set(app.call(invoke_many())) == {None}
    assert app.reloads


@pytest.mark.parametrize("name", ["template.yaml", "local.toml"])
@pytest.mark.parametrize("change", ["written", "replaced", "removed"])
def test_changed_settings_ask_for_a_restart(app, name, change):
    file = app.folder / name
    if change == "written":
        with file.open("a") as opened:
            opened.write("\n")
    elif change == "replaced":
        other = app.folder / "saved"
        other.write_text("\n")
        other.replace(file)
    else:
        file.touch()
        file.unlink()

    assert wait_for_problem(app) == f"{name} changed: stop and start to apply it"
    assert app.reloads == []

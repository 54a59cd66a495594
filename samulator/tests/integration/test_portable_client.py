"""Functions without awslambdaric's compiled part, as on macOS, give the same answers."""

import dataclasses
import json
from pathlib import Path

import pytest

from samulator.functions.packages import Layout
from testkit.other_app_runner import OtherApp


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory):
    running = OtherApp()
    original = running.packages.layout
    bare = tmp_path_factory.mktemp("runtime")

    def layout(name: str) -> Layout:
        found = original(name)
        for path in found.runtime.iterdir():
            if not path.name.startswith("runtime_client.") and not (bare / path.name).exists():
                (bare / path.name).symlink_to(path)
        return dataclasses.replace(found, runtime=bare)

    running.packages.layout = layout
    yield running
    running.close()


def test_search_path_ends_with_the_portable_client(app):
    seen = json.loads(app.invoke("WebFunction", {"rawPath": "/"}).payload)

    assert Path(seen["path"][-1]).name == "portable"
    assert 0 < seen["remaining_ms"] <= 10_000


@pytest.mark.parametrize(
    ("how", "error_type"),
    [
        ("exception", "ValueError"),
        ("unserialisable", "Runtime.MarshalError"),
        ("seven_megabytes", "Function.ResponseSizeTooLarge"),
        ("exit_at_once", "Runtime.ExitError"),
    ],
)
def test_errors_are_the_same(app, how, error_type):
    invocation = app.invoke("MisbehavingFunction", {"how": how})

    assert json.loads(invocation.payload)["errorType"] == error_type
    assert app.invoke("MisbehavingFunction", {"how": "well"}).function_error is None


def test_error_at_import_is_the_same(app):
    error = json.loads(app.invoke("CrashingAtImportFunction").payload)

    assert error["errorMessage"] == "broken at import"

"""A release is named by all that is in it, so that nothing waits behind an alias."""

import subprocess
import sys
from pathlib import Path

import pytest

LAYERS = Path(__file__).parents[3] / "layers"


@pytest.fixture
def build(tmp_path: Path) -> Path:
    for path, text in {
        "UsersApiFunction/api/app.py": "code",
        "ApiDependenciesLayer/python/fastapi.py": "a dependency",
        "template.yaml": "Resources",
    }.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    return tmp_path


def release(build: Path, *parameters: str) -> str:
    command = [sys.executable, "-B", "-m", "builder.release", build, *parameters]
    done = subprocess.run(command, cwd=LAYERS, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_same_build_with_the_same_parameters_is_the_same_release(build):
    first = release(build, "LogLevel=INFO", "BucketSuffix=-a")
    assert len(first) == 64
    assert release(build, "BucketSuffix=-a", "LogLevel=INFO") == first


@pytest.mark.parametrize(
    "path",
    ["UsersApiFunction/api/app.py", "ApiDependenciesLayer/python/fastapi.py", "template.yaml"],
)
def test_anything_changed_in_the_build_is_another_release(build, path):
    before = release(build)
    (build / path).write_text("changed")
    assert release(build) != before


def test_another_parameter_is_another_release(build):
    assert release(build, "LogLevel=INFO") != release(build, "LogLevel=DEBUG")

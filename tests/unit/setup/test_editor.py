"""The editor's launch configurations start what they say."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from samples.sales import write_sales
from samulator.functions.debugging.targets import FIRST_PORT

ROOT = Path(__file__).parents[3]
LAUNCH: list[dict[str, Any]] = json.loads((ROOT / ".vscode/launch.json").read_text())[
    "configurations"
]
CONFIGURATIONS = {each["name"]: each for each in LAUNCH if each["request"] == "launch"}
# Started as they are, these would run for minutes.
CUT_SHORT = {"samulator": ["--help"], "pytest": ["--help"], "etl": []}


@pytest.fixture
def open_files(tmp_path: Path) -> dict[str, Path]:
    """What is open in the editor when a configuration for it is started."""
    sample = tmp_path / "raw.csv"
    with sample.open("w") as file:
        write_sales(file)
    return {"etl": sample, "pytest": ROOT / "tests/unit/api/test_gateway.py", "samulator": sample}


@pytest.mark.parametrize("name", CONFIGURATIONS)
def test_a_launch_configuration_starts(
    tmp_path: Path, open_files: dict[str, Path], name: str
) -> None:
    configuration = CONFIGURATIONS[name]
    module = configuration["module"]
    assert configuration["python"] == "${workspaceFolder}/.venv/bin/python"
    assert configuration["cwd"] == "${workspaceFolder}"
    places = {"${file}": str(open_files[module])}
    arguments = [
        filled(argument, {**places, "${workspaceFolder}": str(tmp_path)})
        for argument in configuration["args"]
    ]
    if module == "pytest":
        assert all((ROOT / argument).exists() for argument in arguments)
    added = {
        key: filled(value, {"${workspaceFolder}": str(ROOT)})
        for key, value in configuration.get("env", {}).items()
    }
    result = subprocess.run(
        [sys.executable, "-m", module, *arguments, *CUT_SHORT[module]],
        cwd=ROOT,
        env={**os.environ, **added},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    if module == "etl":
        assert (tmp_path / ".samulator/clean/report.json").exists()


def test_a_configuration_attaches_where_the_first_debugged_function_waits() -> None:
    (attaching,) = (each for each in LAUNCH if each["request"] == "attach")
    assert attaching["connect"] == {"host": "127.0.0.1", "port": FIRST_PORT}


def filled(text: str, places: dict[str, str]) -> str:
    for place, value in places.items():
        text = text.replace(place, value)
    assert "${" not in text, text
    return text


def test_the_licence_is_the_whole_apache_licence_of_the_projects_authors() -> None:
    text = (ROOT / "LICENSE").read_text()
    assert "Version 2.0, January 2004" in text
    assert "END OF TERMS AND CONDITIONS" in text
    assert "Copyright 2026 the project's authors" in text

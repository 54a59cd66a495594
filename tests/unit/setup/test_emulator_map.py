"""The map of the emulator shows all of it, and nothing that is not there."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[3]
MAP = (ROOT / "docs" / "emulator-map.md").read_text()


def test_every_folder_of_the_emulator_is_on_its_map() -> None:
    there = {path.parent.name for path in (ROOT / "local").glob("*/__init__.py")}
    assert set(re.findall(r"^\| `local/(\w+)/` \|", MAP, flags=re.MULTILINE)) == there


def test_every_file_on_the_map_is_beside_the_folders() -> None:
    there = {path.name for path in (ROOT / "local").glob("*.py")}
    assert set(re.findall(r"`(\w+\.py)`", MAP)) <= there

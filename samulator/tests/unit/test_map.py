"""The map of the emulator shows all of it, and nothing that is not there."""

import re
from pathlib import Path

PACKAGE = Path(__file__).parents[2] / "src" / "samulator"
MAP = (Path(__file__).parents[2] / "docs" / "map.md").read_text()


def test_every_folder_of_the_emulator_is_on_its_map() -> None:
    there = {str(path.parent.relative_to(PACKAGE)) for path in PACKAGE.rglob("*.py")}
    assert set(re.findall(r"^\| `([\w/]+)/` \|", MAP, flags=re.MULTILINE)) == there - {"."}


def test_every_file_on_the_map_is_there() -> None:
    there = {path.name for path in PACKAGE.rglob("*.py")}
    assert set(re.findall(r"`(\w+\.py)`", MAP)) <= there

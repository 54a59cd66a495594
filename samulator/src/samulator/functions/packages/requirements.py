"""Lists of requirements: where a function's or a layer's are, and what they depend on."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

from samulator.functions.packages.content import fingerprint

REQUIREMENTS = "requirements.txt"
_OTHER_FILE = re.compile(r"^(?:-r|-c|--requirement|--constraint)[ =]*(\S+)")
_LOCAL = re.compile(r"^(?:-e|--editable)[ =]*(\S+)|^(\.{1,2}(?:/\S*)?|/\S+)$|@ *file:(\S+)")


def key_of(requirements: Path, *words: str) -> str:
    """Return a hash of the list, of the lists that it names and of local folders in it.

    Two functions with the same list share an installation, unless the list names local paths.
    """
    key = fingerprint(*words, content=requirements)
    for path in _named(requirements, {requirements}):
        if path.exists():
            key = fingerprint(key, str(path), content=path)
    return key


def _named(requirements: Path, seen: set[Path]) -> Iterator[Path]:
    """The files and folders that a list names, and those that they name."""
    for line in requirements.read_text(encoding="utf-8", errors="replace").splitlines():
        text = line.split(" #")[0].strip()
        if other := _OTHER_FILE.match(text):
            path = requirements.parent / other[1]
            yield path
            if path.is_file() and path not in seen:
                yield from _named(path, seen | {path})
        elif local := _LOCAL.search(text):
            yield requirements.parent / next(filter(None, local.groups()))


def project_dependencies(folder: Path) -> list[str]:
    """What a pyproject.toml says that the project needs, by PEP 621 or by Poetry's table.

    Poetry's come as names alone: its versions are not pip's. Raises ValueError on bad TOML.
    """
    path = folder / "pyproject.toml"
    if not path.is_file():
        return []
    document = tomllib.loads(path.read_text(encoding="utf-8", errors="replace"))
    poetry = document.get("tool", {}).get("poetry", {}).get("dependencies", {})
    declared = document.get("project", {}).get("dependencies", [])
    return [*declared, *(name for name in poetry if name.lower() != "python")]

"""The lists of requirements and the locks made of them: were they edited together?

A list is a .in file with its .txt beside it, or a pyproject.toml with its requirements.txt.

A lock's first line holds a digest of its own list and of those that it reads by -r, without
comments and empty lines.
"""

import argparse
import hashlib
import itertools
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
_MARK = "# list sha256: "
_PLACES = (
    *("requirements/*.in", "layers/*/requirements.in", "functions/*/requirements.in"),
    *("samulator/pyproject.toml", "samulator/src/**/*.in"),
)
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def lists(root: Path) -> Iterator[Path]:
    """Every list that has a lock beside it, or should have."""
    for pattern in _PLACES:
        yield from sorted(root.glob(pattern))


def lock_of(path: Path) -> Path:
    """The lock of a list."""
    return path.with_name("requirements.txt") if _is_project(path) else path.with_suffix(".txt")


def stale(root: Path) -> list[str]:
    """The lists that are not what their locks were made of, as paths below `root`."""
    return [str(path.relative_to(root)) for path in lists(root) if not _is_locked(path)]


def stamp(root: Path) -> None:
    """Notes in every lock which list it was made of."""
    for path in lists(root):
        lock = lock_of(path)
        text = lock.read_text(encoding="utf-8")
        if text.startswith(_MARK):
            text = text.partition("\n")[2]
        lock.write_text(f"{_MARK}{_digest(path)}\n{text}", encoding="utf-8")


def is_known(root: Path, package: str) -> bool:
    """Whether a list or a lock names the package, however it is spelt."""
    name = _normal(package)
    files = [file for path in lists(root) for file in (path, lock_of(path))]
    known = (_normal(line) for file in files if file.exists() for line in _requirements(file))
    return bool(name) and name in known


def _is_locked(path: Path) -> bool:
    lock = lock_of(path)
    if not lock.exists():
        return False
    with lock.open(encoding="utf-8") as file:
        return file.readline().strip() == f"{_MARK}{_digest(path)}"


def _digest(path: Path) -> str:
    return hashlib.sha256("\n".join(sorted(_requirements(path))).encode()).hexdigest()


def _is_project(path: Path) -> bool:
    return path.name == "pyproject.toml"


def _requirements(path: Path) -> list[str]:
    if _is_project(path):
        said = tomllib.loads(path.read_text(encoding="utf-8"))
        more = said["project"]["optional-dependencies"] | said["dependency-groups"]
        return [*said["project"]["dependencies"], *itertools.chain(*more.values())]
    lines = (re.sub(r"(^|\s)#.*", "", line).strip() for line in path.read_text().splitlines())
    return [each for line in lines if line for each in (line, *_read_by(path, line))]


def _read_by(path: Path, line: str) -> list[str]:
    other = line.removeprefix("-r ").strip()
    return _requirements(path.parent / other) if other != line else []


def _normal(requirement: str) -> str:
    """The name alone, as PEP 503 compares it."""
    match = _NAME.match(requirement)
    return re.sub(r"[-_.]+", "-", match[0]).lower() if match else ""


def main(arguments: list[str], root: Path = ROOT) -> int:
    """`check` fails where a list was edited without its lock, `warn` says it alone."""
    parser = argparse.ArgumentParser(prog="python -m requirements.lists", description=__doc__)
    parser.add_argument("command", choices=("check", "warn", "stamp", "known"))
    parser.add_argument("packages", nargs="*", metavar="PACKAGE")
    parsed = parser.parse_args(arguments)
    if parsed.command == "stamp":
        stamp(root)
        return 0
    if parsed.command == "known":
        return _require_known(root, parsed.packages)
    edited = stale(root)
    if not edited:
        return 0
    sys.stderr.write(
        f"{', '.join(edited)}: edited without the lock beside it, so the change is not installed; "
        "make lock PACKAGE=name-of-what-changed locks it\n"
    )
    return 1 if parsed.command == "check" else 0


def _require_known(root: Path, packages: list[str]) -> int:
    unknown = [package for package in packages if not is_known(root, package)]
    if unknown:
        sys.stderr.write(f"no requirements.in and no lock names {', '.join(unknown)}\n")
    return 1 if unknown else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""When locked versions were released. `make lock` takes the newest: an old one is the last."""

import os
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from requirements.audit.locks import Unanswered

JUSTIFIED = Path(__file__).with_name("justified.toml")
LIMIT = timedelta(days=365)


def complaints(releases: dict[str, date], justified: dict[str, str], today: date) -> Iterator[str]:
    """One line per dependency without a release for a year and a reason, or with a stale reason."""
    old = {name for name, released in releases.items() if today - released > LIMIT}
    for name in sorted(old - justified.keys()):
        yield f"{name} was last released on {releases[name]}; replace it, or say why not"
    for name in sorted(justified.keys() - old):
        yield f"{name} is justified in {JUSTIFIED.name} without need; take it out"


def reasons() -> dict[str, str]:
    """Why each old dependency is kept, by its name."""
    found: dict[str, str] = tomllib.loads(JUSTIFIED.read_text())["justified"]
    return found


def releases(locks: Iterable[Path]) -> dict[str, date]:
    """The day each locked version was uploaded. Raises Unanswered."""
    packages = [package for lock in locks for package in _with_times(lock)]
    times = {package["name"]: list(_times(package)) for package in packages}
    unknown = sorted(name for name, known in times.items() if not known)
    if unknown:
        raise Unanswered(f"the index tells no upload time of {', '.join(unknown)}")
    return {name: max(known).date() for name, known in times.items()}


def _with_times(lock: Path) -> list[dict[str, Any]]:
    """uv writes what the index says about each file of a locked version (PEP 700 and 751)."""
    command = [sys.executable, "-m", "uv", "pip", "compile", "--quiet", "--universal", "--no-deps"]
    command += ["--python-version=3.11", "--format=pylock.toml", str(lock)]
    done = subprocess.run(  # noqa: S603 # nosec B603 # arguments of our own making
        command, env=os.environ | _index(), capture_output=True, text=True
    )
    if done.returncode:
        raise Unanswered((done.stderr.strip().splitlines() or ["uv said nothing"])[-1])
    packages: list[dict[str, Any]] = tomllib.loads(done.stdout)["packages"]
    return packages


def _index() -> dict[str, str]:
    """The index that pip is set to, for uv."""
    command = [sys.executable, "-m", "pip", "config", "get", "global.index-url"]
    asked = subprocess.run(  # noqa: S603 # nosec B603 # arguments of our own making
        command, capture_output=True, text=True
    )
    url = os.environ.get("PIP_INDEX_URL") or asked.stdout.strip()
    return {"UV_DEFAULT_INDEX": url} if url else {}


def _times(package: dict[str, Any]) -> Iterator[datetime]:
    for file in [*package.get("wheels", []), package.get("sdist", {})]:
        if "upload-time" in file:
            yield file["upload-time"].replace(tzinfo=UTC)

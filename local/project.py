"""Where things are in the project that the stack runs, and what its local.toml says."""

import json
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

# Their names in local.toml, in commands, and in the names of logs and port variables.
SERVICES = frozenset({"aws", "opensearch", "postgres", "redis"})


class ProjectError(Exception):
    """local.toml or a file it names is missing or wrong; the message names it and the cause."""


@dataclass(frozen=True)
class StartInvoke:
    """A function to invoke before the API opens, and the event it gets.

    It runs again when one of the data services `again_after` came back.
    """

    function: str
    event: bytes
    again_after: tuple[str, ...] = ()


@dataclass(frozen=True)
class Project:
    """One project folder. `environment` still holds its {placeholders}."""

    root: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    start: tuple[StartInvoke, ...] = ()

    @property
    def template(self) -> Path:
        return self.root / "template.yaml"

    @property
    def events(self) -> Path:
        return self.root / "events"

    @property
    def state(self) -> Path:
        """Data, logs and the mark of the running stack; LOCAL_STATE moves it."""
        moved = os.environ.get("LOCAL_STATE")
        return Path(moved) if moved else self.root / ".local"

    @property
    def builds(self) -> Path:
        """Built packages: the same for every state, so they never move."""
        return self.root / ".local"

    @property
    def runtime_requirements(self) -> Path:
        return self.root / "requirements" / "runtime.txt"

    def starts_after(self, service: str) -> tuple[StartInvoke, ...]:
        """What to invoke when a data service came back."""
        return tuple(start for start in self.start if service in start.again_after)

    def filled_environment(self, places: Mapping[str, str]) -> dict[str, str]:
        """The variables with their placeholders filled; raises ProjectError on an unknown one."""
        filled = {}
        for name, text in self.environment.items():
            try:
                filled[name] = text.format_map(places)
            except (KeyError, ValueError, IndexError) as error:
                known = ", ".join(f"{{{place}}}" for place in sorted(places))
                raise ProjectError(
                    f"local.toml: {name} = {text!r} is not filled in; known are {known}"
                ) from error
        return filled


def open_project(root: Path) -> Project:
    """Reads local.toml, which may be absent; raises ProjectError."""
    file = root / "local.toml"
    if not file.exists():
        return Project(root)
    try:
        values = tomllib.loads(file.read_text())
    except tomllib.TOMLDecodeError as error:
        raise ProjectError(f"local.toml: {error}") from error
    unknown = values.keys() - {"environment", "start"}
    if unknown:
        raise ProjectError(f"local.toml: unknown table {', '.join(sorted(unknown))}")
    return Project(
        root,
        environment={name: str(value) for name, value in values.get("environment", {}).items()},
        start=tuple(_start_invoke(root, entry) for entry in values.get("start", [])),
    )


def _start_invoke(root: Path, entry: Mapping[str, Any]) -> StartInvoke:
    again_after = _services(entry.get("again_after", []))
    try:
        event = (root / entry["event"]).read_bytes() if "event" in entry else b"{}"
        json.loads(event)
        return StartInvoke(entry["function"], event, again_after)
    except KeyError as error:
        raise ProjectError(f"local.toml: a [[start]] entry has no {error}") from error
    except OSError as error:
        raise ProjectError(f"local.toml: {entry['event']}: {error.strerror}") from error
    except json.JSONDecodeError as error:
        raise ProjectError(f"{entry['event']}: not JSON: {error}") from error


def _services(names: Any) -> tuple[str, ...]:  # noqa: ANN401 - whatever the file says
    if not isinstance(names, list):
        raise ProjectError(f"local.toml: again_after is not a list: {names!r}")
    if unknown := {*map(str, names)} - SERVICES:
        raise ProjectError(
            f"local.toml: again_after: {', '.join(sorted(unknown))} is no data service; "
            f"there are {', '.join(sorted(SERVICES))}"
        )
    return tuple(names)

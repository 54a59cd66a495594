"""Builds what a function imports besides its own code: layers, requirements, the runtime."""

from pathlib import Path

from local.template.model import Application, Function


class PackageError(Exception):
    """A layer or list of requirements cannot be built; the message ends with the tool's output."""


class Packages:
    """Directories with a function's dependencies, built once per content under `state`.

    Every method blocks while pip or make run (call it with asyncio.to_thread) and returns at once
    when the content has not changed. Interrupted builds leave nothing behind. Raises PackageError.
    """

    def __init__(
        self, application: Application, *, state: Path, runtime_requirements: Path
    ) -> None:
        """`runtime_requirements` is the hash lock of what Lambda itself ships with Python."""
        raise NotImplementedError

    def build(self) -> None:
        """Build everything every function needs."""
        raise NotImplementedError

    def search_path(self, function: Function) -> tuple[Path, ...]:
        """Return sys.path of `function` before the standard library, in Lambda's order."""
        raise NotImplementedError

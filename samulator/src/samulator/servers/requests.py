"""What other terminals ask of a data service: one word in a file each, read by the stack."""

import shutil
from contextlib import suppress
from pathlib import Path

STOP, START = "stop", "start"


class ServiceRequests:
    """STOP holds until START takes its place; the stack removes START when it has begun."""

    def __init__(self, state: Path) -> None:
        self._folder = state / "requests"

    def make(self, service: str, wanted: str) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        (self._folder / service).write_text(wanted)

    def of(self, service: str) -> str | None:
        with suppress(FileNotFoundError):
            return (self._folder / service).read_text()
        return None

    def forget(self, service: str) -> None:
        (self._folder / service).unlink(missing_ok=True)

    def clear(self) -> None:
        """A stack starts with all its services, whatever an earlier one was told."""
        with suppress(FileNotFoundError):
            shutil.rmtree(self._folder)

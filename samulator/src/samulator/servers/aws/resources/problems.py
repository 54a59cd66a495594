"""What could not be made, told by the process of AWS's services to the one that started it."""

import json
from collections.abc import Iterable
from pathlib import Path

from samulator.servers.aws.resources.problem import Problem


class Problems:
    """A file beside the process's configuration: the process writes it, its parent reads it."""

    def __init__(self, config_file: Path) -> None:
        self._file = config_file.with_name("aws-problems.json")
        self._lines: list[str] = []

    def write(self, problems: Iterable[Problem], *, is_all: bool) -> None:
        """Add a line for each; `is_all` where no more will come."""
        self._lines += [problem.line for problem in problems]
        told = self._file.with_suffix(".new")
        told.write_text(json.dumps({"lines": self._lines, "is_all": is_all}))
        told.replace(self._file)

    def read(self) -> tuple[list[str], bool]:
        """Return a line for each resource that is not wholly there, and whether those are all."""
        if not self._file.exists():
            return [], False
        told = json.loads(self._file.read_text())
        return told["lines"], told["is_all"]

    def forget(self) -> None:
        """What an earlier process told says nothing of the next."""
        self._file.unlink(missing_ok=True)

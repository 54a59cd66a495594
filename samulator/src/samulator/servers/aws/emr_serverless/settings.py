"""How this machine runs jobs: what local.toml says of it."""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_NO_PYTHON = (
    'local.toml says by what jobs are run: write python = "..." below [emr_serverless], an '
    "interpreter that has what the job imports."
)


@dataclass(frozen=True)
class JobSettings:
    """`python` runs the jobs; empty where nobody said which.

    `install` is the command that puts it there, told to whoever has to run it.
    `entry_point` stands for the object that a job names, empty takes that object itself from the
    local S3. `python_path` stands for the archives and files that a job brings along. `log` is
    where the output of all jobs goes.
    """

    python: str = ""
    entry_point: str = ""
    python_path: tuple[str, ...] = ()
    log: str = ""
    install: str = ""

    @property
    def why_none_runs(self) -> str | None:
        """What to do before any job can be run, in a sentence; None if nothing."""
        if not self.python:
            return _NO_PYTHON
        if shutil.which(self.python):
            return None
        if self.install:
            return f"Run `{self.install}` once: what jobs are run by, {self.python}, is not there."
        return f"{self.python}: there is no such program. {_NO_PYTHON}"

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> "JobSettings":
        """As `asdict` gave them to a file."""
        return cls(**{**values, "python_path": tuple(values["python_path"])})

"""How this machine runs jobs: what local.toml says of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class JobSettings:
    """`python` runs the jobs; empty where nobody said which.

    `entry_point` stands for the object that a job names, empty takes that object itself from the
    local S3. `python_path` stands for the archives and files that a job brings along. `log` is
    where the output of all jobs goes.
    """

    python: str = ""
    entry_point: str = ""
    python_path: tuple[str, ...] = ()
    log: str = ""

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> "JobSettings":
        """As `asdict` gave them to a file."""
        return cls(**{**values, "python_path": tuple(values["python_path"])})

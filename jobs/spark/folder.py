"""The parts of a run in a folder of this machine, which every worker of `local[*]` sees."""

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from etl.folder import PARTS
from etl.report.model import Output
from etl.sink.files import DataFile
from jobs.spark.parts import Kept, part_name


@dataclass(frozen=True, slots=True)
class Folder:
    """Below `path`, which is there."""

    path: Path

    def keep(self, part: int, files: Mapping[str, DataFile]) -> Kept:
        """The file of each name; keys are relative to the folder. Raises OSError."""
        (self.path / PARTS).mkdir(exist_ok=True)
        kept = {}
        for name, file in files.items():
            key = f"{PARTS}/{part_name(part, name)}"
            shutil.move(file.path, self.path / key)
            kept[name] = Output(key=key, bytes=file.size, sha256=file.sha256)
        return kept

    def write_text(self, chunks: Iterator[bytes]) -> Path:
        """The text of a file that cannot be read from its middle. Raises Refused and OSError."""
        target = self.path / "text"
        with target.open("wb") as file:
            for chunk in chunks:
                file.write(chunk)
        return target

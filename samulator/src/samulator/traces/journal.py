"""The file in which documents of segments are kept, one line of JSON each, the newest last."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

from samulator.traces.segment import InvalidSegment, Segment, segments

# With the file before it twice as much is kept: some ten thousand segments.
_MOST_BYTES = 4 * 1024 * 1024
_BEFORE = ".1"


class Journal:
    """Written by the running stack alone, read by anybody, also when nothing runs."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def add(self, document: object) -> None:
        """Keep one document. Raises InvalidSegment and OSError."""
        list(segments(document))
        line = json.dumps(document, separators=(",", ":")).encode() + b"\n"
        self._path.parent.mkdir(parents=True, exist_ok=True)
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT
        file = os.open(self._path, flags, 0o600)
        try:
            # In one piece, so that readers never see half of it.
            os.write(file, line)
            is_full = os.fstat(file).st_size >= _MOST_BYTES
        finally:
            os.close(file)
        if is_full:
            self._path.replace(self._before)

    def read(self) -> Iterator[Segment]:
        """All that is kept, in the order in which it came."""
        for path in (self._before, self._path):
            for line in _lines(path):
                yield from segments(json.loads(line))

    @property
    def _before(self) -> Path:
        return self._path.with_name(self._path.name + _BEFORE)


def _lines(path: Path) -> list[str]:
    try:
        text = path.read_text()
    except FileNotFoundError:
        return []
    # Of a line that a full disk cut off, the rest is missing.
    return [line for line in text.splitlines(keepends=True) if line.endswith("}\n")]


__all__ = ["InvalidSegment", "Journal"]

"""What lies under a file or folder at one time, and how it differs from another time."""

import os
import re
import time
import zlib
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from samulator.functions.packages.content import NO_CODE, is_no_code

_IGNORED_FILES = re.compile(
    r"\.py[cod]$|\.log$|\.sw[a-z]$|~$|___jb_\w+___$|^\.#|^\.DS_Store$|^4913$"
)
# Two writes so close together can have the same time on a file: young files are read.
_YOUNG_NS = 2_000_000_000
_MOST_READ_BYTES = 1 << 20


class Entry(NamedTuple):
    """One file: its device, inode, size and times, and the sum of its bytes while it is young.

    Its inode tells a file that took another's place, its ctime a save that keeps size and time.
    """

    status: tuple[int, ...]
    content: int | None

    def differs(self, other: "Entry | None") -> bool:
        if other is None or self.status != other.status:
            return True
        return None not in (self.content, other.content) and self.content != other.content


# Files by their path relative to the root, "" for a root that is a file.
Snapshot = Mapping[str, Entry]


@dataclass(frozen=True)
class Rules:
    """Which paths under a root do not count; `folders` are absolute."""

    folders: Collection[Path] = field(default_factory=frozenset)

    def ignores(self, root: Path, path: Path) -> bool:
        """Whether a change of `path`, which is under `root`, says nothing."""
        parts = path.relative_to(root).parts
        if any(path.is_relative_to(folder) for folder in self.folders if folder != root):
            return True
        return bool(NO_CODE.intersection(parts)) or bool(parts and _IGNORED_FILES.search(parts[-1]))


def take(root: Path, rules: Rules) -> Snapshot | None:
    """The files under `root` by the links that lead there; None while there is no such path."""
    try:
        if root.is_dir():
            return dict(_walk(root, "", rules, set()))
        return {"": _entry(root)}
    except OSError:
        return None


def changed(before: Snapshot, after: Snapshot) -> list[str]:
    """The files that were made, removed or saved, in order."""
    return sorted(
        path
        for path in before.keys() | after.keys()
        if path not in before or before[path].differs(after.get(path))
    )


def identity(path: Path) -> tuple[int, int] | None:
    """What tells a folder from another that took its place; None where there is none."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _walk(
    folder: Path, prefix: str, rules: Rules, above: set[tuple[int, int]]
) -> Iterator[tuple[str, Entry]]:
    """`above` are the folders that lead here, so that no link leads round for ever."""
    here = identity(folder)
    if here is None or here in above:
        return
    try:
        entries = [*os.scandir(folder)]
    except OSError:
        return
    for entry in entries:
        path = Path(entry.path)
        if entry.name in NO_CODE or path in rules.folders:
            continue
        if _is_folder(entry):
            if is_no_code(path):
                continue
            yield from _walk(path, f"{prefix}{entry.name}/", rules, above | {here})
        elif not _IGNORED_FILES.search(entry.name):
            # Not what is gone meanwhile, nor a link that leads nowhere.
            with suppress(OSError):
                yield f"{prefix}{entry.name}", _entry(path)


def _is_folder(entry: "os.DirEntry[str]") -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def _entry(path: Path) -> Entry:
    """Raises OSError."""
    found = path.stat()
    status = (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)
    is_young = time.time_ns() - found.st_ctime_ns < _YOUNG_NS
    return Entry(status, _sum(path) if is_young and found.st_size <= _MOST_READ_BYTES else None)


def _sum(path: Path) -> int | None:
    # A pipe or a device would not end.
    if not path.is_file():
        return None
    try:
        return zlib.crc32(path.read_bytes())
    except PermissionError:
        return None

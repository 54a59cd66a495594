"""Directories built once per content and kept under a state folder."""

import fcntl
import hashlib
import shutil
import tempfile
from collections.abc import Callable, Iterator, Set
from contextlib import contextmanager
from pathlib import Path

_IGNORED = {"__pycache__", ".DS_Store", ".git"}
_UNFINISHED = ".unfinished-"


class Store:
    """Built directories by name and fingerprint.

    A directory appears under its final name only when complete, so an interrupted build leaves
    nothing that could be taken for one. A lock lets one process build at a time.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def get(self, name: str, fingerprint: str, build: Callable[[Path], None]) -> Path:
        """Return the directory, calling `build(empty directory)` if it does not exist yet."""
        final = self._folder / f"{name}-{fingerprint[:16]}"
        if final.is_dir():
            return final
        with self._locked():
            if not final.is_dir():
                unfinished = Path(tempfile.mkdtemp(prefix=_UNFINISHED, dir=self._folder))
                unfinished.chmod(0o755)
                try:
                    build(unfinished)
                    unfinished.rename(final)
                finally:
                    shutil.rmtree(unfinished, ignore_errors=True)
        return final

    def prune(self, keep: Set[Path]) -> None:
        """Remove every directory but `keep`, and what interrupted builds left."""
        with self._locked():
            for path in self._folder.iterdir():
                if path.is_dir() and path not in keep:
                    shutil.rmtree(path)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        self._folder.mkdir(parents=True, exist_ok=True)
        with (self._folder / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def fingerprint(*words: str, content: Path) -> str:
    """Return a hash of `words` and of the file or folder `content`: names, modes and bytes."""
    digest = hashlib.sha256("\0".join(words).encode())
    for path in [content] if content.is_file() else sorted(content.rglob("*")):
        if path.is_file() and not _IGNORED.intersection(path.parts):
            relative = path.name if content.is_file() else path.relative_to(content).as_posix()
            executable = bool(path.stat().st_mode & 0o100)
            digest.update(f"\0{relative}\0{executable}\0{path.stat().st_size}\0".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def copy_content(source: Path, target: Path) -> None:
    """Copy a folder without what tools leave behind in it."""
    shutil.copytree(
        source, target, dirs_exist_ok=True, symlinks=True, ignore=shutil.ignore_patterns(*_IGNORED)
    )

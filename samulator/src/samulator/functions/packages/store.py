"""Directories built once per content and kept under a state folder."""

import fcntl
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Set
from contextlib import contextmanager
from pathlib import Path
from threading import Event

from samulator.functions.packages.commands import PackageError

_UNFINISHED = ".unfinished-"
_LOCKS = ".locks"
# Each request would wait for the same failure; but a cure may need no change of any file.
_FAILED_SECONDS = 30.0


class Store:
    """Built directories by name and fingerprint.

    A directory appears under its final name only when complete, so an interrupted build leaves
    nothing that could be taken for one. Different directories are built at the same time, each
    by one thread of one process.
    """

    def __init__(self, folder: Path) -> None:
        # Tools run in other folders.
        self._folder = folder.absolute()
        self._failed: dict[Path, tuple[float, PackageError]] = {}
        self._stopped = Event()

    @property
    def is_stopped(self) -> bool:
        return self._stopped.is_set()

    def stop(self) -> None:
        """Has each further build raise PackageError; may be called in any thread."""
        self._stopped.set()

    def get(self, name: str, fingerprint: str, build: Callable[[Path], None]) -> Path:
        """Return the directory, calling `build(empty directory)` if it does not exist yet.

        Raises what `build` raises; a PackageError again for a while without building.
        """
        final = self._folder / f"{name}-{fingerprint[:16]}"
        if final.is_dir():
            return final
        self._folder.mkdir(parents=True, exist_ok=True)
        with _locked(self._folder / ".lock", fcntl.LOCK_SH):
            (self._folder / _LOCKS).mkdir(exist_ok=True)
            with _locked(self._folder / _LOCKS / final.name, fcntl.LOCK_EX):
                if not final.is_dir():
                    self._build(final, build)
        return final

    def prune(self, keep: Set[Path]) -> None:
        """Remove every directory but `keep`, and what interrupted builds left."""
        self._folder.mkdir(parents=True, exist_ok=True)
        with _locked(self._folder / ".lock", fcntl.LOCK_EX):
            for path in self._folder.iterdir():
                if path.is_dir() and path not in keep:
                    # What resists costs room alone; the next start tries again.
                    shutil.rmtree(path, ignore_errors=True)

    def _build(self, final: Path, build: Callable[[Path], None]) -> None:
        if self.is_stopped:
            raise PackageError(f"{final.name} was not built any more")
        failed_at, error = self._failed.get(final, (0.0, None))
        if error is not None and time.monotonic() - failed_at < _FAILED_SECONDS:
            raise PackageError(str(error))
        unfinished = Path(tempfile.mkdtemp(prefix=_UNFINISHED, dir=self._folder))
        unfinished.chmod(0o755)
        try:
            build(unfinished)
            unfinished.rename(final)
        except PackageError as failed:
            self._failed[final] = time.monotonic(), failed
            raise
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)


@contextmanager
def _locked(path: Path, how: int) -> Iterator[None]:
    with path.open("w") as lock:
        fcntl.flock(lock, how)
        yield

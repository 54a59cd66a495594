"""Lets root's PostgreSQL run as `nobody` without a change to folders that are not the stack's.

Its data lie where it may not go when a folder above them is private, as /root is. It starts inside
its data folder instead and calls it by `HERE`; Linux asks nobody's leave for that. Programs have to
be found by their true path, so they are copied to where all may go, if need be.
"""

import hashlib
import os
import pwd
import shutil
import stat
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from samulator.servers.process import Account, ServiceFailed

HERE = "/proc/self/cwd"


def unprivileged_account(*, home: Path) -> Account | None:
    """PostgreSQL refuses to run as root; there it runs as `nobody`. Raises ServiceFailed."""
    if os.geteuid() != 0:
        return None
    if sys.platform != "linux":
        raise ServiceFailed("PostgreSQL does not run as root; start the stack as another user")
    entry = pwd.getpwnam("nobody")
    return Account(entry.pw_uid, entry.pw_gid, home)


def is_within_reach(path: Path) -> bool:
    """Whether every account may pass the folders above the path, and above what it links to."""
    above = {*path.absolute().parents, *path.resolve().parents}
    return all(folder.stat().st_mode & stat.S_IXOTH for folder in above)


def public_folder() -> Path:
    """A folder for temporary files that every account can pass; raises ServiceFailed."""
    candidates = [Path(tempfile.gettempdir()), Path("/tmp"), Path("/var/tmp")]  # noqa: S108 # nosec B108
    for folder in candidates:
        if folder.is_dir() and is_within_reach(folder / "any"):
            return folder
    raise ServiceFailed(
        f"PostgreSQL does not run as root, and `nobody` may not pass {candidates[0]}; "
        "TMPDIR names another folder"
    )


class PublicCopy:
    """A copy of parts of a folder, for as long as one server needs it."""

    def __init__(self, root: Path, parts: Iterable[str], *, owner: Path) -> None:
        """`parts` are globs below `root`. There is at most one copy for each `owner`."""
        self._root = root
        self._parts = tuple(parts)
        name = hashlib.sha256(str(owner.resolve()).encode()).hexdigest()[:16]
        self.folder = public_folder() / f"local-postgres-{name}"

    def make(self) -> None:
        """Copies anew: what a killed stack left may have been tidied away in part."""
        self.remove()
        try:
            self.folder.mkdir(mode=0o755)
        except FileExistsError as error:
            raise ServiceFailed(f"{self.folder} is somebody else's; TMPDIR moves it") from error
        self.folder.chmod(0o755)
        for source in (found for part in self._parts for found in self._root.glob(part)):
            target = self.folder / source.relative_to(self._root)
            target.parent.mkdir(parents=True, exist_ok=True)
            if source.is_dir():
                shutil.copytree(source, target)
            else:
                shutil.copy2(source, target)

    def remove(self) -> None:
        """Leaves alone what another account put there."""
        if self.folder.is_dir() and self.folder.lstat().st_uid == os.geteuid():
            shutil.rmtree(self.folder)

"""Installs a lock, or a folder of this repository, into the environment of this Python.

Arguments are pip's.

Of two makes that install at once the second one waits: two pips leave half of each.
"""

import fcntl
import subprocess
import sys
from pathlib import Path

PIP = ("-m", "pip", "install", "--quiet", "--disable-pip-version-check")
_LOCKED = ("--require-hashes",)
# A folder of this repository has no hash, and everything it needs is there already.
_FROM_HERE = ("--no-deps", "--no-index", "--no-build-isolation")


def main(arguments: list[str], lock: Path) -> int:
    """What pip exits with. The system lets go of the lock, however this process ends."""
    if "--editable" in arguments and lock.parent.resolve().parent != Path.cwd().resolve():
        # An environment that is here by a link imports from the folder that it was made for.
        return 0
    with lock.open("w") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            sys.stderr.write(f"Waiting for another make that installs into {lock.parent.name}\n")
            fcntl.flock(held, fcntl.LOCK_EX)
        how = _FROM_HERE if "--editable" in arguments else _LOCKED
        command = [sys.executable, *PIP, *how, *arguments]
        return subprocess.run(command, check=False).returncode  # noqa: S603 # nosec B603 # make's own


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], Path(sys.prefix) / "install.lock"))

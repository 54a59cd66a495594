"""Whether a process is ending, before anybody was told of its end."""

import signal
import sys
from pathlib import Path

import psutil

# Of a task in Linux's kernel; it is set before memory and sockets are let go, which takes a while.
_EXITING = 0x4
_KILL = 1 << (signal.SIGKILL - 1)
_PENDING = ("SigPnd:", "ShdPnd:")


def is_ending(process: psutil.Process) -> bool:
    """Whether it is gone, a zombie, or on its way; elsewhere than on Linux the last is not seen."""
    if sys.platform == "linux":
        return _is_ending_on_linux(Path(f"/proc/{process.pid}"))
    try:
        return bool(process.status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True


def _is_ending_on_linux(folder: Path) -> bool:
    try:
        # Behind the name, which may hold anything: the state, and six fields later the flags.
        fields = (folder / "stat").read_text(errors="replace").rpartition(")")[2].split()
        status = (folder / "status").read_text(errors="replace").splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return True
    pending = (int(line.split()[1], 16) for line in status if line.startswith(_PENDING))
    return fields[0] in "ZX" or bool(int(fields[6]) & _EXITING) or any(p & _KILL for p in pending)

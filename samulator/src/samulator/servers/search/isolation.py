"""Puts this process, and what it starts, where no other program can connect to it.

Linux only: a network of its own with nothing in it but loopback. A socket that was bound before
keeps its address, so this process still answers there.
"""

import ctypes
import fcntl
import os
import secrets
import socket
import struct
import sys

_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000
_SIOCSIFFLAGS, _IFF_UP = 0x8914, 0x1
_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def isolate() -> bool:
    """Enter a network of our own; False, with nothing changed, where the system allows none.

    Must come before any thread is started.
    """
    if _LIBC is None or not _can_isolate():
        return False
    _enter()
    return True


def hidden_address() -> str:
    """A loopback address that nobody guesses, of the 16 million that Linux has."""
    if _LIBC is None:
        return "127.0.0.1"
    return ".".join(["127", *(str(1 + secrets.randbelow(254)) for _ in range(3))])


def _can_isolate() -> bool:
    """Tried in a child, for a half-way failure could not be taken back."""
    pid = os.fork()
    if pid == 0:
        try:
            _enter()
        except OSError:
            os._exit(1)
        os._exit(0)
    return os.waitpid(pid, 0)[1] == 0


def _enter() -> None:
    """Raises OSError."""
    assert _LIBC is not None
    # Anybody may do this in a user namespace; root needs none, and keeps its rights to files.
    flags = _CLONE_NEWNET if os.geteuid() == 0 else _CLONE_NEWNET | _CLONE_NEWUSER
    if _LIBC.unshare(flags) != 0:
        raise OSError(ctypes.get_errno(), "unshare")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, _SIOCSIFFLAGS, struct.pack("16sH14x", b"lo", _IFF_UP))

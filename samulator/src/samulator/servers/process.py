"""A server as a child process: started, waited for, stopped, and ended if its stack is killed.

On Linux the kernel ends it then; elsewhere the next start, `down` or `reset` does (lock_record).
"""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

READY_TIMEOUT_SECONDS = 60.0
STOP_TIMEOUT_SECONDS = 10.0
_PR_SET_PDEATHSIG = 1
# Loaded here, since a child that was forked from a threaded process must not load anything.
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


class ServiceFailed(Exception):
    """A service did not start; the message names it, the cause and its log file."""


@dataclass(frozen=True)
class Account:
    """The system account a child runs under, and the folder it starts in."""

    uid: int
    gid: int
    home: Path


class ServerProcess:
    """One child process with a log file; `stop` is safe to call at any time."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        *,
        log: Path,
        account: Account | None = None,
        stop_signal: signal.Signals = signal.SIGTERM,
    ) -> None:
        self._name = name
        self._command = list(command)
        self._log = log
        self._account = account
        self._stop_signal = stop_signal
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    @property
    def name(self) -> str:
        """What `local logs`, `stop` and `start` call it."""
        return self._log.stem

    @property
    def ending(self) -> str:
        """How the child ended, as the end of a sentence."""
        code = self._process.poll() if self._process else None
        if code is not None and code < 0:
            return f"was killed by {signal.Signals(-code).name}"
        return f"ended with exit code {code}"

    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def launch(self, *arguments: str, inherited: Sequence[int] = ()) -> None:
        """Starts the child; `wait_until` says when it can be used.

        `arguments` follow the command, `inherited` are descriptors that the child gets too.
        """
        self._log.parent.mkdir(parents=True, exist_ok=True)
        identity = (
            {"user": self._account.uid, "group": self._account.gid, "extra_groups": []}
            if self._account
            else {}
        )
        # A log may hold what was asked of the server.
        self._log.touch(mode=0o600)
        self._log.chmod(0o600)
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 # nosec B603 # our own servers
                [*self._command, *arguments],
                pass_fds=inherited,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self._account.home if self._account else None,
                env=_environment(),
                # Ctrl-C in the terminal is for the stack, which stops its children in order.
                start_new_session=True,
                preexec_fn=partial(_end_as_asked, self._stop_signal),
                **identity,  # type: ignore[call-overload]
            )

    def wait_until(self, is_ready: Callable[[], bool]) -> None:
        """Raises ServiceFailed when the child ends or does not get ready in a minute."""
        deadline = time.monotonic() + READY_TIMEOUT_SECONDS
        while time.monotonic() < deadline:
            self.require_running()
            if is_ready():
                return
            time.sleep(0.02)
        self.stop()
        raise ServiceFailed(
            f"{self._name} did not answer within {READY_TIMEOUT_SECONDS:.0f} s; see {self._log}"
        )

    def require_running(self) -> None:
        """Raises ServiceFailed with the child's last words when it has ended."""
        if not self.is_running():
            words = self.last_words(1) or ["no output"]
            raise ServiceFailed(
                f"{self._name} stopped while starting: {words[0]} (log: {self._log})"
            )

    def last_words(self, lines: int) -> list[str]:
        """The end of its log."""
        return self._log.read_text(errors="replace").strip().splitlines()[-lines:]

    def stop(self) -> None:
        """Asks the child to stop, kills it after ten seconds, and reaps it."""
        process = self._process
        if process is None:
            return
        if process.poll() is None:
            process.send_signal(self._stop_signal)
            try:
                process.wait(STOP_TIMEOUT_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
        process.wait()


class Server:
    """A data service: one child process that answers on a port of an address."""

    def __init__(self, process: ServerProcess, *, host: str, port: int) -> None:
        self._process = process
        self.host = host
        self.port = port

    @property
    def pid(self) -> int | None:
        return self._process.pid

    @property
    def name(self) -> str:
        """What `local logs`, `stop` and `start` call it."""
        return self._process.name

    @property
    def address(self) -> str:
        """Host and port, as people are told them."""
        return f"{self.host}:{self.port}"

    @property
    def ending(self) -> str:
        """How it ended, as the end of a sentence."""
        return self._process.ending

    def is_running(self) -> bool:
        return self._process.is_running()

    def is_ready(self) -> bool:
        """Whether it can be used; raises ServiceFailed when it has ended."""
        self._process.require_running()
        return self.answers()

    def answers(self) -> bool:
        """Whether it takes requests."""
        return accepts_connections(self.port, self.host)

    def launch(self) -> None:
        """Starts the process without waiting for it; raises ServiceFailed."""
        self._process.launch()

    def wait(self) -> None:
        """Returns when the service can be used; raises ServiceFailed."""
        self._process.wait_until(self.answers)

    def start(self) -> None:
        """Raises ServiceFailed."""
        self.launch()
        self.wait()

    def stop(self) -> None:
        self._process.stop()

    def last_words(self, lines: int) -> list[str]:
        """The end of its log."""
        return self._process.last_words(lines)


def _environment() -> dict[str, str]:
    """The shell's, without its AWS account: the emulated S3 runs on AWS's own libraries."""
    return {name: text for name, text in os.environ.items() if not name.startswith("AWS_")}


def accepts_connections(port: int, host: str = "127.0.0.1") -> bool:
    """True when something listens on the port."""
    with suppress(OSError), closing(socket.create_connection((host, port), timeout=1)):
        return True
    return False


def _end_as_asked(stop_signal: signal.Signals) -> None:
    """Also the child of a stack that was stopped in its start, which ignores the signal itself."""
    signal.signal(stop_signal, signal.SIG_DFL)
    die_with_parent(stop_signal)


def die_with_parent(stop_signal: signal.Signals) -> None:
    """Linux only: the kernel ends the child with the thread that started it.

    So a stack that is itself killed leaves nothing; start servers from the main thread.
    """
    if _LIBC is not None:
        _LIBC.prctl(_PR_SET_PDEATHSIG, stop_signal)

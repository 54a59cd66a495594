"""The embedded stack as a user starts it: `python -m samulator up`, on ports nobody else uses."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import psutil

from samulator.servers.ports import Ports, variable_of
from samulator.servers.process import accepts_connections, die_with_parent
from testkit.ports import reserve_ports

ROOT = Path(__file__).parent.parent
START_SECONDS = 240.0
# The first start on a fresh machine builds the layers: pip has minutes to do, and of a processor
# perhaps a fifth.
BUILD_SECONDS = 1500.0
_BUILDING = "(kept until it changes)"
# Nothing takes so long unless it hangs.
COMMAND_SECONDS = KILL_SECONDS = END_SECONDS = 120.0


@dataclass
class EmbeddedStack:
    """One running stack. `output` is what its terminal shows."""

    process: subprocess.Popen[bytes]
    ports: Ports
    state: Path
    output: Path
    variables: Mapping[str, str] = field(default_factory=dict)
    seen: set[psutil.Process] = field(default_factory=set)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.ports.api}"

    @property
    def aws_url(self) -> str:
        return f"http://127.0.0.1:{self.ports.aws}"

    @property
    def lambda_url(self) -> str:
        return f"http://127.0.0.1:{self.ports.lambda_endpoint}"

    @property
    def environment(self) -> dict[str, str]:
        """Another terminal's: it need not know the ports, nor that make runs these tests."""
        ours = {name: text for name, text in os.environ.items() if not name.startswith("MAKE")}
        return {**ours, **self.variables, "LOCAL_STATE": str(self.state)}

    def run(self, *arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
        """`python -m` with these arguments, in another terminal."""
        return self._run([sys.executable, "-m", *arguments], **options)

    def make(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """`make` with these arguments, in another terminal."""
        return self._run(["make", *arguments])

    def _run(self, command: list[str], **options: Any) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=COMMAND_SECONDS,
            check=False,
            **options,
        )

    def server(self, name: str) -> psutil.Process:
        """The process whose command has the name; raises AssertionError when there is none."""
        for child in psutil.Process(self.process.pid).children():
            with suppress(psutil.NoSuchProcess, psutil.ZombieProcess):
                if name in " ".join(child.cmdline()):
                    return child
        raise AssertionError(f"no process {name}")

    def kill(self, server: str, *, until: str) -> None:
        """Kills a data service; returns when the terminal has said the text after that."""
        self.remember_processes()
        said = len(self.output.read_text())
        self.server(server).kill()
        deadline = time.monotonic() + KILL_SECONDS
        while until not in self.output.read_text()[said:]:
            assert time.monotonic() < deadline, f"no {until!r}: {self.output.read_text()}"
            time.sleep(0.02)

    def remember_processes(self) -> None:
        """Those of this moment are looked for by `left_behind`."""
        self.seen |= {*psutil.Process(self.process.pid).children(recursive=True)}

    def left_behind(self) -> list[object]:
        """After the end: processes that outlive it, and ports that are open."""
        # A backend of a killed PostgreSQL ends when it notices, then waits for the machine's init.
        _, alive = psutil.wait_procs(self.seen, timeout=END_SECONDS)
        return [
            *(process for process in alive if _lives(process)),
            *(process for process in psutil.process_iter() if _knows(process, self.state)),
            *(port for _, port in self.ports.items() if accepts_connections(port)),
        ]

    def interrupt(self) -> int:
        """Ctrl-C; returns the exit code."""
        self.remember_processes()
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(END_SECONDS)

    def interrupt_impatiently(self) -> int:
        """Ctrl-C over and over until it has stopped; returns the exit code."""
        self.remember_processes()
        deadline = time.monotonic() + END_SECONDS
        while self.process.poll() is None:
            assert time.monotonic() < deadline, self.output.read_text()
            self.process.send_signal(signal.SIGINT)
            time.sleep(0.001)
        return self.process.returncode


def _lives(process: psutil.Process) -> bool:
    with suppress(psutil.NoSuchProcess):
        return process.status() != psutil.STATUS_ZOMBIE
    return False


def _knows(process: psutil.Process, state: Path) -> bool:
    """Whether it runs in the folder, has it in its command, or was told of it by a stack."""
    with suppress(psutil.Error, OSError):
        words = (process.cwd(), *process.cmdline(), process.environ().get("LOCAL_STATE", ""))
        return process.pid != os.getpid() and any(str(state) in word for word in words)
    return False


def environment_for(ports: Ports, state: Path) -> dict[str, str]:
    """The variables that move the stack to its own ports and state."""
    moved = {variable_of(name): str(port) for name, port in ports.items()}
    return {**os.environ, **moved, "LOCAL_STATE": str(state)}


def on_the_ports_of(stack: EmbeddedStack, commands: str) -> str:
    """Documented commands, which name the usual ports."""
    for (_, usual), (_, actual) in zip(Ports().items(), stack.ports.items(), strict=True):
        commands = commands.replace(f"127.0.0.1:{usual}", f"127.0.0.1:{actual}")
    return commands


def start_stack(
    state: Path,
    ports: Ports | None = None,
    *,
    root: Path = ROOT,
    command: str = "up",
    until: str = "Ready.",
    variables: Mapping[str, str] | None = None,
    options: Sequence[str] = (),
) -> EmbeddedStack:
    """Starts and waits for the API; raises AssertionError with the output if it ends before.

    `until` is another text of the terminal to wait for, `variables` are more of its shell's,
    `options` the command's.
    """
    ports = ports or reserve_ports()
    state.mkdir(parents=True, exist_ok=True)
    output = state / "output.txt"
    with output.open("wb") as stream:
        process = subprocess.Popen(
            [sys.executable, "-m", "samulator", command, *options],
            cwd=root,
            env={**environment_for(ports, state), **(variables or {})},
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=subprocess.STDOUT,
            # A run of tests that is interrupted, or killed, leaves no stack behind.
            preexec_fn=partial(die_with_parent, signal.SIGTERM),
        )
    stack = EmbeddedStack(process, ports, state, output, variables or {})
    said, deadline = "", 0.0
    while until not in (now := output.read_text()):
        if now != said or not deadline:
            said, deadline = now, time.monotonic() + _silence(now)
        assert process.poll() is None, f"the stack ended: {now}"
        assert time.monotonic() < deadline, f"the stack is not ready: {now}"
        time.sleep(0.05)
    return stack


def _silence(said: str) -> float:
    """How many seconds a stack may say nothing more."""
    return BUILD_SECONDS if _BUILDING in said else START_SECONDS

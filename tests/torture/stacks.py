"""Stacks of a small application: killed in a build, two at once, with state files cut in half."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from testkit.ports import reserve_ports
from testkit.timing import LONG_SECONDS
from tests.embedded_stack import EmbeddedStack, environment_for
from tests.torture.emulator import ask_too_much
from tests.torture.findings import Finding
from tests.torture.small_app import SmallApp, ask
from tests.torture.stack_kills import kill, kill_layer_builds, layer_builds

# What a stack writes as JSON: nobody's data, so that what is half of it is made anew.
_WRITTEN = ("running.json", "aws.json", "aws-problems.json")
_MARK = '{"pid": 1, "ports": {"api": 3000, '


def break_stacks(folder: Path, *, kills: int, saves: int) -> Iterator[Finding]:
    """`kills` of a start, `saves` of a function's code under load."""
    app = SmallApp.write(folder / "small-app")
    state, ports = folder / "small-state", reserve_ports()
    kill_layer_builds(app, state, ports, kills)
    stack = app.start(state, ports)
    try:
        yield layer_builds(app, stack, kills)
        yield start_second(app, stack, folder)
        yield from ask_too_much(app, stack, saves)
    finally:
        kill(stack)
    yield start_with_halves(app, stack)


def start_second(app: SmallApp, stack: EmbeddedStack, folder: Path) -> Finding:
    """One in the same state folder, which is refused, and one in another, on ports of its own."""
    wrong = []
    refused = subprocess.run(
        [sys.executable, "-m", "samulator", "up"],
        cwd=app.folder,
        env=environment_for(reserve_ports(), stack.state),
        capture_output=True,
        text=True,
        timeout=LONG_SECONDS,
        check=False,
    )
    said = (refused.stdout + refused.stderr).strip()
    if refused.returncode == 0 or f"pid {stack.process.pid}" not in said or "\n" in said:
        wrong.append(f"the second one in the folder ended with {refused.returncode}: {said}")
    other = app.start(folder / "other-state")
    try:
        for one in (stack, other):
            if (answer := ask(one))[0] != 200:
                wrong.append(f"one of two answers {answer}")
    finally:
        if code := other.interrupt():
            wrong.append(f"the other one ended with {code}: {other.output.read_text()[-500:]}")
    if (answer := ask(stack))[0] != 200:
        wrong.append(f"after the end of the other one: {answer}")
    return Finding(
        "second stack on one machine, in the same state folder and in another",
        2,
        "the same folder: refused in one line that names the process; another: both work",
        said if not wrong else "",
        tuple(wrong),
    )


def start_with_halves(app: SmallApp, killed: EmbeddedStack) -> Finding:
    """Half of each file that a stack writes as JSON is there when it starts."""
    (killed.state / "running.json").write_text(_MARK * 2)
    cut = [killed.state / name for name in _WRITTEN]
    cut += (app.folder / ".samulator" / "translations").glob("*.json")
    for file in cut:
        file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    stack = app.start(killed.state, killed.ports)
    status, body = ask(stack)
    wrong = [] if (status, body.split()[0]) == (200, "whole") else [f"answers {status} {body}"]
    if code := stack.interrupt():
        wrong.append(f"exit code {code}: {stack.output.read_text()[-500:]}")
    return Finding(
        "stack started with half of each state file",
        len(cut),
        "it starts and answers",
        ", ".join([*_WRITTEN, "translations"]),
        tuple(wrong),
    )

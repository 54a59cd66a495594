"""`samulator up`: one stack in the foreground, from the terminal's start to its Ctrl-C."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from typing import Any

from samulator.control.console import Console
from samulator.control.interrupts import finish_undisturbed, interrupt_on_stop, set_on_stop
from samulator.control.mode import Mode
from samulator.control.project import Project
from samulator.control.stack import Stack
from samulator.control.state import RunningStack
from samulator.control.tasks import cancel
from samulator.control.worker_mode import WorkerMode
from samulator.servers.ports import Ports
from samulator.template.translation_apart import translate_apart


def run_in_workers(project: Project, ports: Ports, debug: Sequence[str] = ()) -> None:
    """Functions in worker processes, until Ctrl-C or `samulator down`; `debug` as --debug has it.

    Raises AlreadyRunning, StateGone, InvalidTarget, DebuggerMissing and what `Stack.running`
    raises, each with a message for people.
    """
    _run(project, ports, lambda console: WorkerMode(project, console, debug))


def run_in_containers(project: Project, ports: Ports) -> None:
    """The same in containers of `sam local`; raises ContainersUnavailable and SamFailed too."""
    from samulator.control.container_mode import ContainerMode

    _run(project, ports, lambda console: ContainerMode(project, ports, console))


def _run(project: Project, ports: Ports, create_mode: Callable[[Console], Mode]) -> None:
    console = Console(project.state / "logs")
    with RunningStack(project.state).hold(ports) as record:
        interrupt_on_stop()
        mode = create_mode(console)
        try:
            stack = Stack(project, ports, mode, record, console, translate=_translate)
            asyncio.run(_until_stopped(stack))
        finally:
            finish_undisturbed()


def _translate(
    document: Mapping[str, Any], parameters: Mapping[str, str], region: str
) -> dict[str, Any]:
    """Import what serves while AWS's translator takes its second in another process."""
    with ThreadPoolExecutor(1) as other:
        translating = other.submit(translate_apart, document, parameters, region)
        import_module("samulator.control.serving")
        return translating.result()


async def _until_stopped(stack: Stack) -> None:
    stopped = asyncio.Event()
    set_on_stop(stopped)
    stopping = asyncio.create_task(stopped.wait())
    serving = asyncio.create_task(stack.serve())
    await asyncio.wait([stopping, serving], return_when=asyncio.FIRST_COMPLETED)
    # Also in the middle of its start.
    await cancel([stopping, serving])

"""Functions that local.toml has invoked before the doors open."""

from collections.abc import Iterable

from samulator.control.local_toml import StartInvoke
from samulator.functions.host import Invoker
from samulator.functions.invocation import NotInvoked, Trigger


class StartFailed(Exception):
    """What has to be done before the doors open failed; the message says how."""


async def run_start_invokes(starts: Iterable[StartInvoke], functions: Invoker) -> None:
    """Invokes in this order; raises StartFailed."""
    for start in starts:
        try:
            result = await functions.invoke(start.function, start.event, trigger=Trigger.START)
        except NotInvoked as refusal:
            raise StartFailed(f"local.toml: [[start]] {start.function}: {refusal}") from refusal
        if result.function_error:
            raise StartFailed(f"{start.function} failed: {result.cause}")

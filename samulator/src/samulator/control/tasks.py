"""Tasks and threads of the stack's event loop."""

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from samulator.template.model import Application

_THREADS = 8
_THREADS_PER_QUEUE = 2


def use_enough_threads(application: Application) -> None:
    """Each queue or stream holds a thread while it is polled: nothing else may wait for those.

    To be called on the event loop before its first thread.
    """
    polled = len(application.sqs_triggers) + len(application.stream_triggers)
    polled += len(application.pipes)
    threads = _THREADS + _THREADS_PER_QUEUE * polled
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(threads))


async def cancel(tasks: Iterable[asyncio.Task[Any]]) -> None:
    """Ends all of them, then raises what the first that failed raised."""
    ending = [*tasks]
    for task in ending:
        task.cancel()
    for result in await asyncio.gather(*ending, return_exceptions=True):
        if isinstance(result, Exception):
            raise result


async def never_ending(work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """The work, then nothing for ever: a stack ends when one of its tasks does."""
    await work()
    await asyncio.Event().wait()

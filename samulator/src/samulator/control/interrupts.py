"""What Ctrl-C, `local down` and a closed terminal do to a stack: end it, once and whole.

After the first of them the stop is under way and takes seconds: a second Ctrl-C out of impatience
would leave servers behind, so it is ignored from the same moment on.
"""

import asyncio
import signal
from collections.abc import Iterator
from types import FrameType


def interrupt_on_stop() -> None:
    """While no event loop runs, each of them does what Ctrl-C does: KeyboardInterrupt."""
    for number in _stop_signals():
        signal.signal(number, _interrupt)


def set_on_stop(stopped: asyncio.Event) -> None:
    """While the loop of the main thread runs, they set the event instead."""
    loop = asyncio.get_running_loop()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        finish_undisturbed()
        loop.call_soon_threadsafe(stopped.set)

    # Not loop.add_signal_handler, which gives them back their defaults when the loop closes.
    for number in _stop_signals():
        signal.signal(number, stop)


def finish_undisturbed() -> None:
    """Ignores them from here on."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)


def _stop_signals() -> Iterator[signal.Signals]:
    """Under nohup, a closed terminal stops nothing."""
    yield from (signal.SIGINT, signal.SIGTERM)
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        yield signal.SIGHUP


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    finish_undisturbed()
    raise KeyboardInterrupt

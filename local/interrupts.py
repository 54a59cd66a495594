"""What Ctrl-C, `local down` and a closed terminal do to a stack: end it, once and whole."""

import signal
from collections.abc import Iterator
from types import FrameType


def stop_signals() -> Iterator[signal.Signals]:
    """The signals that end a stack; under nohup a closed terminal does not."""
    yield from (signal.SIGINT, signal.SIGTERM)
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        yield signal.SIGHUP


def interrupt_on_stop() -> None:
    """While no event loop runs, each of them does what Ctrl-C does: KeyboardInterrupt."""
    for number in stop_signals():
        signal.signal(number, _interrupt)


def finish_undisturbed() -> None:
    """From here on the stop is under way and takes seconds.

    A second Ctrl-C out of impatience would leave servers behind.
    """
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt

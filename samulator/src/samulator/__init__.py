"""Runs any Python SAM application on this machine, without Docker and without an AWS account.

`run` and `run_in_thread` run one inside a program of one's own.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from samulator.control.embedding import App, FunctionFailed, run
    from samulator.control.embedding_thread import AppThread, run_in_thread

__all__ = ["App", "AppThread", "FunctionFailed", "run", "run_in_thread"]
_IN_THREAD = ("AppThread", "run_in_thread")


def __getattr__(name: str) -> Any:  # noqa: ANN401 - one of those above
    """Imports what is asked for: commands and workers need none of it."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from samulator.control import embedding, embedding_thread

    return getattr(embedding_thread if name in _IN_THREAD else embedding, name)

"""Files that are read at the start alone: a change of them takes a restart, which is said."""

from collections.abc import Callable

from samulator.functions.reload.watching import Watching


async def watch_settings(settings: Watching, problem: Callable[[str], None]) -> None:
    """Say, until cancelled, of each file that it was changed, made or removed."""
    async for changes in settings.changes():
        for change in changes:
            problem(f"{change.root.name} changed: stop and start to apply it")

"""The operating system's word that something changed, which may be late, doubled or missing."""

import asyncio
from collections.abc import Collection
from pathlib import Path

from watchfiles import Change, awatch
from watchfiles._rust_notify import WatchfilesRustInternalError

from samulator.functions.reload.snapshot import Rules, identity

# Editors write a file in several steps: changes this close together count as one.
_QUIET_MS = 50


class Hints:
    """Wakes who waits when something changes under the roots that there are at the time.

    The system watches folders, not names: `follow` looks whether another folder took a name.
    """

    def __init__(self, roots: Collection[Path], rules: Rules) -> None:
        self._roots = roots
        self._rules = rules
        self._followed: dict[Path, tuple[int, int]] = {}
        self._changed = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def follow(self) -> None:
        """Watch what the roots' names stand for now."""
        there = {root: found for root in self._roots if (found := identity(root)) is not None}
        if there == self._followed:
            return
        await self.close()
        self._followed = there
        if there:
            self._task = asyncio.create_task(self._watch([*there]))

    async def wait(self, seconds: float) -> None:
        """Until something changed, and no longer."""
        try:
            async with asyncio.timeout(seconds):
                await self._changed.wait()
        except TimeoutError:
            return
        self._changed.clear()

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None

    async def _watch(self, roots: list[Path]) -> None:
        try:
            async for _changes in awatch(
                *roots,
                watch_filter=self._counts,
                step=_QUIET_MS,
                ignore_permission_denied=True,
            ):
                self._changed.set()
        except (OSError, WatchfilesRustInternalError):
            # A root went away, or the system watches no more: looking now and then must do.
            return

    def _counts(self, _change: Change, path: str) -> bool:
        roots = [root for root in self._roots if Path(path).is_relative_to(root)]
        return not roots or any(not self._rules.ignores(root, Path(path)) for root in roots)

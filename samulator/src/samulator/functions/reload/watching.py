"""Watches files and folders through every way of saving and replacing them.

The system's notices are hints alone. What counts is a look at the files: how they differ from
the look before. So it does not matter how a change was made, or whether it was noticed at once.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from samulator.functions.reload.hints import Hints
from samulator.functions.reload.snapshot import Rules, Snapshot, changed, take

_LOOK_SECONDS = 1.0
# A look takes no more than a twentieth of one core.
_PAUSE_PER_LOOK = 20
_QUIET_SECONDS = 0.05
_LONGEST_UNREST_SECONDS = 5.0


@dataclass(frozen=True)
class Change:
    """The files `paths` under `root`, relative to it ("" for itself); or the root `is_gone`."""

    root: Path
    paths: tuple[str, ...] = ()
    is_gone: bool = False


class Watching:
    """Roots from now on: files or folders that may be missing, now or later.

    Reads them when made and blocks as long as that takes.
    """

    def __init__(
        self,
        roots: Collection[Path],
        *,
        ignored: Collection[Path] = (),
        look_seconds: float = _LOOK_SECONDS,
    ) -> None:
        """`ignored` are folders under the roots; `look_seconds` the longest time between looks."""
        self._roots = tuple(dict.fromkeys(roots))
        self._rules = Rules(frozenset(ignored))
        self._look_seconds = look_seconds
        self._seen: dict[Path, Snapshot] = {}
        self._gone: set[Path] = set()
        for root, snapshot in self._look().items():
            self._remember(root, snapshot)

    async def changes(self) -> AsyncIterator[list[Change]]:
        """Each time something changed, once it is quiet; never ends by itself."""
        hints = Hints(self._roots, self._rules)
        try:
            while True:
                await hints.follow()
                begin = time.monotonic()
                found = await asyncio.to_thread(self._look)
                took = time.monotonic() - begin
                if self._differences(found):
                    found = await self._quiet(found)
                    differences = self._differences(found)
                    for root, snapshot in found.items():
                        self._remember(root, snapshot)
                    if differences:
                        yield differences
                    # Another folder may have taken a name.
                    continue
                await hints.wait(max(self._look_seconds, took * _PAUSE_PER_LOOK))
        finally:
            await hints.close()

    def _look(self) -> Mapping[Path, Snapshot | None]:
        return {root: take(root, self._rules) for root in self._roots}

    async def _quiet(self, found: Mapping[Path, Snapshot | None]) -> Mapping[Path, Snapshot | None]:
        """What is found once two looks agree; or after a while, of what never rests."""
        end = time.monotonic() + _LONGEST_UNREST_SECONDS
        while time.monotonic() < end:
            await asyncio.sleep(_QUIET_SECONDS)
            again = await asyncio.to_thread(self._look)
            if all(_is_same(found[root], again[root]) for root in self._roots):
                return again
            found = again
        return found

    def _differences(self, found: Mapping[Path, Snapshot | None]) -> list[Change]:
        differences = []
        for root, snapshot in found.items():
            if snapshot is None:
                if root not in self._gone:
                    differences.append(Change(root, is_gone=True))
            elif paths := changed(self._seen.get(root, {}), snapshot):
                differences.append(Change(root, tuple(paths)))
        return differences

    def _remember(self, root: Path, snapshot: Snapshot | None) -> None:
        """What went away may come back as it was: then nothing changed."""
        if snapshot is None:
            self._gone.add(root)
        else:
            self._gone.discard(root)
            self._seen[root] = snapshot


def _is_same(one: Snapshot | None, other: Snapshot | None) -> bool:
    if one is None or other is None:
        return one is other
    return not changed(one, other)

"""Replaces the workers of functions whose code, layers or requirements changed."""

import asyncio
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from samulator.functions.packages import PackageError, Packages
from samulator.functions.reload.watching import Change, Watching
from samulator.template.model import Application

if TYPE_CHECKING:
    from samulator.functions.worker_host import WorkerHost


@dataclass(frozen=True)
class ReloadListener:
    """Who is told: `reloaded` the function (logical id) and what changed, `problem` one line."""

    reloaded: Callable[[str, str], None]
    problem: Callable[[str], None]


def watch_code(
    application: Application, packages: Packages, *, ignored: Collection[Path] = ()
) -> Watching:
    """What functions are made of, from now on; `ignored` are folders that are no code."""
    roots = [
        root for name in application.functions for root in _sources(application, packages, name)
    ]
    return Watching(roots, ignored=ignored)


async def watch(
    application: Application,
    functions: "WorkerHost",
    packages: Packages,
    listener: ReloadListener,
    *,
    code: Watching | None = None,
) -> None:
    """Reload what changed in `code` since that was made, until cancelled.

    A function is reloaded when a file of its own or of one of its layers changed; a layer is
    built anew before, and the old one stays in use while that fails.
    """
    if code is None:
        code = await asyncio.to_thread(watch_code, application, packages)
    reloader = _Reloader(application, functions, packages, listener)
    async for changes in code.changes():
        await reloader.reload(changes)


def _sources(application: Application, packages: Packages, name: str) -> list[Path]:
    function = application.functions[name]
    layers = [application.layers[layer].content_uri for layer in function.layers]
    image = (function.image.context, function.image.dockerfile) if function.image else ()
    local = [path for path in (function.code_uri, *layers, *image) if path is not None]
    return [*local, packages.runtime_requirements]


@dataclass(frozen=True)
class _Reloader:
    application: Application
    functions: "WorkerHost"
    packages: Packages
    listener: ReloadListener

    async def reload(self, changes: Sequence[Change]) -> None:
        gone = [change.root for change in changes if change.is_gone]
        ready = {}
        for name in self.application.functions:
            sources = _sources(self.application, self.packages, name)
            for root in gone:
                if root in sources:
                    self.listener.problem(f"{name} keeps its old code: {root} is gone")
            touched = [
                path or change.root.name
                for change in changes
                if change.root in sources
                for path in change.paths
            ]
            if touched and await self._is_built(name):
                ready[name] = touched
        await self.functions.reload(*ready)
        for name, touched in ready.items():
            more = f" and {len(touched) - 1} more" if len(touched) > 1 else ""
            self.listener.reloaded(name, f"{touched[0]}{more}")

    async def _is_built(self, name: str) -> bool:
        try:
            await asyncio.to_thread(self.packages.layout, name)
        except (PackageError, OSError) as error:
            self.listener.problem(f"{name} keeps its old code: {error}")
            return False
        return True

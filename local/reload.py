"""Hot reload: replaces the workers of functions whose files changed."""

import asyncio
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

from watchfiles import awatch

from local.packages import PackageError, Packages
from local.runtime.functions import Functions
from local.template.model import Application

# Editors write a file in several steps: changes this close together count as one.
_QUIET_MS = 50


@dataclass(frozen=True)
class Told:
    """Who is told: `reloaded` the function (logical id) and what changed, `problem` one line."""

    reloaded: Callable[[str, str], None]
    problem: Callable[[str], None]


async def watch(
    application: Application,
    functions: Functions,
    packages: Packages,
    told: Told,
) -> None:
    """Watch the folders of code and layers until cancelled.

    A function is reloaded when a file of its own or of one of its layers changed; a layer is
    built anew before, and the old one stays in use while that fails.
    """
    await _Reloader(application, functions, packages, told).run()


async def watch_settings(files: Collection[Path], problem: Callable[[str], None]) -> None:
    """Watch files of one folder that are read at the start alone, until cancelled.

    Whichever is changed, made or removed takes a restart, which is said. They need not exist.
    """
    watched = {file.resolve() for file in files}
    (folder,) = {file.parent for file in watched}
    # Their folder, since editors replace files; and not what lies below, which may be much.
    async for changes in awatch(folder, step=_QUIET_MS, recursive=False):
        for file in sorted(watched & {Path(path) for _, path in changes}):
            problem(f"{file.name} changed: stop and start to apply it")


@dataclass(frozen=True)
class _Reloader:
    application: Application
    functions: Functions
    packages: Packages
    told: Told

    async def run(self) -> None:
        folders = {folder for name in self.application.functions for folder in self._folders(name)}
        if not folders:
            return
        async for changes in awatch(*folders, step=_QUIET_MS, ignore_permission_denied=True):
            await self._reload({Path(path) for _, path in changes})

    async def _reload(self, changed: set[Path]) -> None:
        ready = {}
        for name in self.application.functions:
            touched = _relative(changed, self._folders(name))
            if touched and await self._is_built(name):
                ready[name] = touched
        await self.functions.reload(*ready)
        for name, touched in ready.items():
            more = f" and {len(touched) - 1} more" if len(touched) > 1 else ""
            self.told.reloaded(name, f"{touched[0]}{more}")

    async def _is_built(self, name: str) -> bool:
        try:
            await asyncio.to_thread(self.packages.layout, name)
        except PackageError as error:
            self.told.problem(f"{name} keeps its old code: {error}")
            return False
        return True

    def _folders(self, name: str) -> list[Path]:
        function = self.application.functions[name]
        layers = [self.application.layers[layer].content_uri for layer in function.layers]
        return [function.code_uri, *layers]


def _relative(changed: Iterable[Path], folders: list[Path]) -> list[str]:
    return sorted(
        str(path.relative_to(folder))
        for path in changed
        for folder in folders
        if path.is_relative_to(folder)
    )

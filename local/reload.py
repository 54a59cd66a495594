"""Hot reload: replaces the workers of functions whose files changed."""

import asyncio
from collections.abc import Callable, Iterable
from pathlib import Path

from watchfiles import awatch

from local.packages import PackageError, Packages
from local.runtime.functions import Functions
from local.template.model import Application

# Editors write a file in several steps: changes this close together count as one.
_QUIET_MS = 50

OnReload = Callable[[str, str], None]


async def watch(
    application: Application,
    functions: Functions,
    packages: Packages,
    *,
    on_reload: OnReload = lambda _function, _what: None,
) -> None:
    """Watch the folders of code and layers until cancelled.

    A function is reloaded when a file of its own or of one of its layers changed; a layer is
    built anew before, and the old one stays in use while that fails. `on_reload` is told the
    function (logical id) and in words what happened.
    """
    folders = {folder for name in application.functions for folder in _folders(application, name)}
    async for changes in awatch(*folders, step=_QUIET_MS, ignore_permission_denied=True):
        changed = {Path(path) for _, path in changes}
        for name in application.functions:
            touched = _touched(changed, _folders(application, name))
            if touched:
                await _reload(name, touched, functions, packages, on_reload)


async def _reload(
    name: str, touched: list[str], functions: Functions, packages: Packages, on_reload: OnReload
) -> None:
    what = touched[0] if len(touched) == 1 else f"{touched[0]} and {len(touched) - 1} more"
    try:
        await asyncio.to_thread(packages.layout, name)
    except PackageError as error:
        on_reload(name, f"not reloaded: {error}")
        return
    await functions.reload(name)
    on_reload(name, f"{what} changed")


def _folders(application: Application, name: str) -> list[Path]:
    function = application.functions[name]
    layers = [application.layers[layer].content_uri for layer in function.layers]
    return [function.code_uri, *layers]


def _touched(changed: Iterable[Path], folders: list[Path]) -> list[str]:
    return sorted(
        str(path.relative_to(folder))
        for path in changed
        for folder in folders
        if path.is_relative_to(folder)
    )

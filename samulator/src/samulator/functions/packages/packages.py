"""Dependencies of the functions of one application, as directories."""

import os
import platform
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Lock

from samulator.functions.packages.code import TaskRoots
from samulator.functions.packages.commands import PackageError
from samulator.functions.packages.content import digest_of
from samulator.functions.packages.image import ImageFolders
from samulator.functions.packages.layers import LayerFolders
from samulator.functions.packages.layout import Layout
from samulator.functions.packages.pip import Wanted, install
from samulator.functions.packages.requirements import REQUIREMENTS, key_of
from samulator.functions.packages.runtime import RUNTIME_LOCK, RuntimeClient, runtime_client
from samulator.functions.packages.store import Store
from samulator.functions.packages.uv_project import locked_requirements
from samulator.template.model import Application, Function

_MACHINE = (sys.platform, platform.machine())
# Of what is built at the same time most waits for the network and the disk.
_BUILDERS = max(4, os.cpu_count() or 1)


def _silent(_line: str) -> None:
    """Nobody is told."""


class Packages:
    """Directories with each function's dependencies, built once per content under `state`.

    Every method blocks while pip or make run (call it with asyncio.to_thread) and returns at once
    when the content has not changed. Interrupted builds leave nothing behind.
    """

    def __init__(
        self,
        application: Application,
        *,
        state: Path,
        runtime_requirements: Path = RUNTIME_LOCK,
        progress: Callable[[str], None] = _silent,
        problem: Callable[[str], None] = _silent,
    ) -> None:
        """`runtime_requirements` is the hash lock of what Lambda itself ships with Python.

        `progress` is told, in one line, before anything that takes seconds; `problem` by `build`
        of each package that cannot be built.
        """
        self._application = application
        self._store = Store(state / "packages")
        self.runtime_requirements = runtime_requirements
        self._progress = progress
        self._problem = problem
        self._task_roots = TaskRoots(self._store, progress)
        self._layers = LayerFolders(self._store, progress, _MACHINE)
        self._images = ImageFolders(self._store, progress, _MACHINE)
        self._clients: dict[str, RuntimeClient] = {}
        self._looking = Lock()

    def build(self) -> None:
        """Build everything every function needs and remove what none needs any more.

        A function whose packages cannot be built is named, and the others run: `layout` then
        raises the same of it.
        """
        with ThreadPoolExecutor(_BUILDERS, "packages") as builders:
            # Beside the functions' own packages, which all of them wait for as well.
            runtimes = {each.runtime for each in self._application.functions.values()}
            for runtime in filter(None, runtimes):
                builders.submit(self._runtime, runtime)
            layouts = [*builders.map(self._layout_or_problem, self._application.functions)]
        kept: set[Path] = set()
        failed: dict[str, list[str]] = {}
        if self._store.is_stopped:
            return
        for name, layout in zip(self._application.functions, layouts, strict=True):
            if isinstance(layout, Layout):
                kept |= layout.parts
            elif str(layout) not in self._application.warnings:
                failed.setdefault(str(layout), []).append(name)
        for line, names in failed.items():
            own = line.startswith(f"{names[0]}:") or line.startswith(f"{names[0]}.")
            self._problem(line if own else f"{', '.join(names)}: {line}")
        self._store.prune(kept)

    def stop(self) -> None:
        """Have `build` begin nothing more and say nothing; for another thread than its own.

        What pip and make still do ends with them, and a Ctrl-C of the terminal ends them too.
        """
        self._store.stop()

    def layout(self, name: str) -> Layout:
        """Return where the parts of a function (by logical id) lie, building what is missing.

        Raises PackageError.
        """
        function = self._application.functions[name]
        if function.image is not None:
            return self._image_layout(name, function)
        layers = (self._application.layers[layer] for layer in reversed(function.layers))
        folders = (self._layers.of(layer, function.runtime) for layer in layers)
        return Layout(
            task_root=self._task_roots.of(name, function),
            dependencies=self._dependencies(name, function),
            layers=tuple(folder for folder in folders if folder is not None),
            runtime=self._runtime(function.runtime),
        )

    def _image_layout(self, name: str, function: Function) -> Layout:
        parts = self._images.of(name, function)
        return Layout(
            task_root=parts.task_root,
            dependencies=parts.dependencies,
            layers=parts.layers,
            runtime=self._runtime(function.runtime),
            working_directory=parts.folder,
            root=parts.root,
        )

    def _layout_or_problem(self, name: str) -> Layout | PackageError:
        try:
            return self.layout(name)
        except PackageError as error:
            return error
        except OSError as error:
            return PackageError(f"{name}: {error}")

    def _dependencies(self, name: str, function: Function) -> tuple[Path, ...]:
        """One installation for all functions with the same list and runtime."""
        code = function.code_uri.absolute() if function.code_uri else None
        if code is None or not code.is_dir() or function.build_method == "makefile":
            return ()
        if function.build_method == "python-uv":
            return (self._uv_project(name, code, function.runtime),)
        requirements = code / REQUIREMENTS
        if not requirements.is_file():
            return ()

        def build(target: Path) -> None:
            self._progress(f"installing {requirements}")
            wanted = Wanted(("--requirement", REQUIREMENTS), code, str(requirements))
            install(wanted, target, runtime=function.runtime)

        key = key_of(requirements, function.runtime, *_MACHINE)
        return (self._store.get("requirements", key, build),)

    def _uv_project(self, name: str, code: Path, runtime: str) -> Path:
        def build(target: Path) -> None:
            self._progress(f"installing what {code} depends on")
            arguments = locked_requirements(name, code, target)
            if arguments:
                install(Wanted(arguments, code, str(code)), target, runtime=runtime)

        lists = [code / file for file in ("uv.lock", "pyproject.toml", REQUIREMENTS)]
        key = "\0".join((runtime, *_MACHINE))
        for path in lists:
            if path.is_file():
                key = key_of(path, key)
        return self._store.get("project", digest_of(key), build)

    def _runtime(self, runtime: str) -> Path:
        client = self._client(runtime)

        def build(target: Path) -> None:
            self._progress(f"installing the Lambda runtime for {runtime}")
            client.build(target)

        words = "\0".join((client.key, runtime, *_MACHINE))
        return self._store.get("runtime", digest_of(words), build)

    def _client(self, runtime: str) -> RuntimeClient:
        """Looked for once: it is the same for every function and at every cold start."""
        with self._looking:
            if runtime not in self._clients:
                self._clients[runtime] = runtime_client(runtime, self.runtime_requirements)
            return self._clients[runtime]

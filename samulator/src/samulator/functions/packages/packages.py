"""Dependencies of the functions of one application, as directories."""

import hashlib
import platform
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from samulator.functions.packages.commands import PackageError, make_layer, pip_install
from samulator.functions.packages.store import Store, copy_content, fingerprint
from samulator.template.model import Application, Function, Layer

_REQUIREMENTS = "requirements.txt"
_RUNTIME_REQUIREMENTS = Path(__file__).with_name("runtime.txt")


@dataclass(frozen=True)
class Layout:
    """Where a function's parts lie: /var/task, dependencies built for it, /opt, /var/runtime.

    `layers` come in search order: on AWS a later layer overwrites an earlier one.
    """

    task_root: Path
    dependencies: Path | None
    layers: tuple[Path, ...]
    runtime: Path

    def search_path(self, runtime: str) -> tuple[Path, ...]:
        """Return sys.path before the standard library, in Lambda's order."""
        layers = [
            path
            for layer in self.layers
            for path in (layer / "python/lib" / runtime / "site-packages", layer / "python")
        ]
        dependencies = [self.dependencies] if self.dependencies else []
        return (self.task_root, *dependencies, *layers, self.runtime)


class Packages:
    """Directories with each function's dependencies, built once per content under `state`.

    Every method blocks while pip or make run (call it with asyncio.to_thread) and returns at once
    when the content has not changed. Interrupted builds leave nothing behind. Raises PackageError.
    """

    def __init__(
        self,
        application: Application,
        *,
        state: Path,
        runtime_requirements: Path = _RUNTIME_REQUIREMENTS,
        progress: Callable[[str], None] = lambda _line: None,
    ) -> None:
        """`runtime_requirements` is the hash lock of what Lambda itself ships with Python.

        `progress` is told, in one line, before anything that takes seconds.
        """
        self._application = application
        self._store = Store(state / "packages")
        self.runtime_requirements = runtime_requirements
        self._progress = progress

    def build(self) -> None:
        """Build everything every function needs and remove what none needs any more."""
        kept: set[Path] = set()
        for name in self._application.functions:
            layout = self.layout(name)
            kept.update((*layout.layers, layout.runtime))
            if layout.dependencies:
                kept.add(layout.dependencies)
            if self._application.functions[name].code_uri is None:
                kept.add(layout.task_root)
        self._store.prune(kept)

    def layout(self, name: str) -> Layout:
        """Return where the parts of a function (by logical id) lie, building what is missing."""
        function = self._application.functions[name]
        layers = (self._application.layers[layer] for layer in reversed(function.layers))
        return Layout(
            task_root=function.code_uri or self._inline(name, function.inline_code or ""),
            dependencies=self._dependencies(name, function),
            layers=tuple(self._layer(layer, function.runtime) for layer in layers),
            runtime=self._runtime(function.runtime),
        )

    def _layer(self, layer: Layer, runtime: str) -> Path:
        method, content = layer.build_method, layer.content_uri
        if content is None:
            raise PackageError(f"{layer.name}: {layer.reference} is not on this machine")
        if method is None:
            return content
        version = runtime if method == "makefile" else method

        def build(target: Path) -> None:
            self._progress(f"building layer {layer.name}")
            if method == "makefile":
                self._make(layer.name, content, target, runtime=runtime)
            elif method.startswith("python3."):
                self._install_layer(layer.name, content, target, runtime=method)
            else:
                raise PackageError(f"{layer.name}: BuildMethod {method} is not supported here")

        key = fingerprint(method, *self._machine(version), content=content)
        return self._store.get(layer.name, key, build)

    def _make(self, name: str, content: Path, target: Path, *, runtime: str) -> None:
        # In a copy, as sam build: whatever the Makefile leaves beside its sources goes with it.
        source, artifacts = target / ".source", target / ".artifacts"
        copy_content(content, source)
        artifacts.mkdir()
        make_layer(name, source, artifacts, runtime=runtime)
        _replace_by(target, artifacts)

    def _install_layer(self, name: str, content: Path, target: Path, *, runtime: str) -> None:
        requirements = content / _REQUIREMENTS
        if not requirements.is_file():
            raise PackageError(f"{name}: BuildMethod {runtime} but no {_REQUIREMENTS}")
        pip_install(requirements, target / "python", runtime=runtime)
        copy_content(content, target / "python")

    def _inline(self, name: str, code: str) -> Path:
        """A folder with the code that the template holds, as index.py."""

        def write(target: Path) -> None:
            (target / "index.py").write_text(code)

        digest = hashlib.sha256(code.encode()).hexdigest()
        return self._store.get(f"inline-{name}", digest, write)

    def _dependencies(self, name: str, function: Function) -> Path | None:
        if function.code_uri is None:
            return None
        requirements = function.code_uri / _REQUIREMENTS
        if not requirements.is_file():
            return None

        def build(target: Path) -> None:
            self._progress(f"installing {requirements} for {name}")
            pip_install(requirements, target, runtime=function.runtime)

        key = fingerprint(*self._machine(function.runtime), content=requirements)
        return self._store.get(name, key, build)

    def _runtime(self, runtime: str) -> Path:
        def build(target: Path) -> None:
            self._progress(f"installing the Lambda runtime for {runtime}")
            pip_install(
                lock,
                target,
                runtime=runtime,
                linux_wheels=sys.platform != "linux",
            )

        lock = self.runtime_requirements
        if runtime == "python3.9" and lock == _RUNTIME_REQUIREMENTS:
            lock = _RUNTIME_REQUIREMENTS.with_name("runtime-3.9.txt")
        key = fingerprint(*self._machine(runtime), content=lock)
        return self._store.get("runtime", key, build)

    def _machine(self, runtime: str) -> tuple[str, ...]:
        return (runtime, sys.platform, platform.machine())


def _replace_by(target: Path, artifacts: Path) -> None:
    """Leave in `target` nothing but the content of its sub-folder `artifacts`."""
    for path in target.iterdir():
        if path != artifacts:
            shutil.rmtree(path)
    for path in artifacts.iterdir():
        path.rename(target / path.name)
    artifacts.rmdir()

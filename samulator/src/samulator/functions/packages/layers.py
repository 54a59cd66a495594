"""The folders that are a function's layers, /opt on AWS: built, unpacked, or by another's ARN."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from samulator.functions.packages.code import made, unpacked
from samulator.functions.packages.commands import PackageError
from samulator.functions.packages.content import copy_content, digest_of, fingerprint
from samulator.functions.packages.pip import Wanted, install
from samulator.functions.packages.public_layers import PublicLayer, public_layer
from samulator.functions.packages.requirements import REQUIREMENTS
from samulator.functions.packages.store import Store
from samulator.functions.packages.uv_project import locked_requirements
from samulator.template.model import Layer


@dataclass(frozen=True)
class LayerFolders:
    """Makes and finds layers; `machine` is what a built one depends on besides its runtime."""

    store: Store
    progress: Callable[[str], None]
    machine: tuple[str, ...]

    def of(self, layer: Layer, runtime: str) -> Path | None:
        """Return the folder of a layer for `runtime`, None of one that is on AWS alone.

        Raises PackageError.
        """
        content = layer.content_uri.absolute() if layer.content_uri else None
        if content is None:
            known = public_layer(layer.reference or "")
            return self._public(known, runtime) if known else None
        if not content.exists():
            raise PackageError(f"{layer.name}.ContentUri: no such file or folder: {content}")
        if content.is_file():
            return unpacked(self.store, content)
        if layer.build_method:
            return self._built(layer, content, runtime)
        return self._as_it_is(layer.name, content, runtime)

    def _public(self, known: PublicLayer, runtime: str) -> Path:
        def build(target: Path) -> None:
            self.progress(f"installing {known.package} in place of a layer")
            wanted = Wanted((known.package,), target, known.package)
            install(wanted, target / "python", runtime=runtime)

        words = "\0".join((known.package, runtime, *self.machine))
        return self.store.get("public-layer", digest_of(words), build)

    def _built(self, layer: Layer, content: Path, runtime: str) -> Path:
        method = layer.build_method or ""

        def build(target: Path) -> None:
            self.progress(f"building layer {layer.name}")
            if method == "makefile":
                made(layer.name, content, target, runtime=runtime)
            elif method.startswith("python3."):
                self._install(layer.name, content, target, runtime=runtime)
            elif method == "python-uv":
                wanted = Wanted(
                    locked_requirements(layer.name, content, target), content, layer.name
                )
                install(wanted, target / "python", runtime=runtime)
                copy_content(content, target / "python")
            else:
                raise PackageError(f"{layer.name}: BuildMethod {method} is not supported here")

        key = fingerprint(method, runtime, *self.machine, content=content)
        return self.store.get(layer.name, key, build)

    def _install(self, name: str, content: Path, target: Path, *, runtime: str) -> None:
        """For the Python that runs here, whatever version BuildMethod names.

        As sam build does, the code alone is copied where nothing is required.
        """
        requirements = content / REQUIREMENTS
        if requirements.is_file():
            wanted = Wanted(("--requirement", REQUIREMENTS), content, f"{name}: {requirements}")
            install(wanted, target / "python", runtime=runtime)
        copy_content(content, target / "python")

    def _as_it_is(self, name: str, content: Path, runtime: str) -> Path:
        """As it lies there; with what people install into it by hand before they deploy."""
        requirements = unbuilt_requirements(content)
        if requirements is None:
            return content

        def build(target: Path) -> None:
            self.progress(f"installing {requirements} for layer {name}")
            wanted = Wanted(
                ("--requirement", str(requirements)), requirements.parent, f"{name}: {requirements}"
            )
            install(wanted, target / "python", runtime=runtime)
            copy_content(content, target)

        key = fingerprint("unbuilt", runtime, *self.machine, content=content)
        return self.store.get(name, key, build)


def unbuilt_requirements(content: Path) -> Path | None:
    """The list of a layer that nothing builds and in which nothing is installed either."""
    for folder in (content, content / "python"):
        requirements = folder / REQUIREMENTS
        if requirements.is_file() and not any(content.rglob("*.dist-info")):
            return requirements
    return None

"""Makes the folders that an image holds: links to the sources, and installations by pip."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from samulator.functions.packages.commands import PackageError
from samulator.functions.packages.content import digest_of, files_of
from samulator.functions.packages.image.commands import Install, MakeFolder
from samulator.functions.packages.image.functions import read_image
from samulator.functions.packages.image.links import link_all
from samulator.functions.packages.image.recipe import Copy, Recipe, Unsupported
from samulator.functions.packages.pip import Wanted, install
from samulator.functions.packages.requirements import key_of
from samulator.functions.packages.store import Store
from samulator.template.model import Function

_STAGES = ".stages"


@dataclass(frozen=True)
class ImageParts:
    """What there is of an image here: folders for its root, task root, WORKDIR and /opt."""

    root: Path
    task_root: Path
    folder: Path
    layers: tuple[Path, ...]
    dependencies: tuple[Path, ...]


@dataclass(frozen=True)
class ImageFolders:
    """Makes the folders of images; `machine` is what pip's installations depend on."""

    store: Store
    progress: Callable[[str], None]
    machine: tuple[str, ...]

    def of(self, name: str, function: Function) -> ImageParts:
        """Return the folders of a function's image. Raises PackageError."""
        try:
            image = read_image(name, function)
        except Unsupported as error:
            raise PackageError(str(error)) from error
        root = self._root(name, image.stages, image.final, image.context)
        installs = [*_installs(image.final, image.stages, root)]
        return ImageParts(
            root=root,
            task_root=_within(root, image.final.task_root),
            folder=_within(root, image.final.folder),
            layers=(root / "opt",),
            dependencies=tuple(
                self._installed(place, step, function.runtime) for place, step in installs
            ),
        )

    def _root(self, name: str, stages: Mapping[str, Recipe], final: Recipe, context: Path) -> Path:
        """Links to the sources, so that a saved file is the file that runs."""

        def build(target: Path) -> None:
            _fill(target, final, stages, context, target / _STAGES)

        names = "\0".join(relative for relative, _ in files_of(context))
        key = digest_of(f"{stages!r}\0{final!r}\0{context}\0{names}")
        return self.store.get(f"image-{name}", key, build)

    def _installed(self, root: Path, step: Install, runtime: str) -> Path:
        folder = _within(root, step.folder)
        arguments = [
            str(_within(root, word)) if at in step.paths and word.startswith("/") else word
            for at, word in enumerate(step.arguments)
        ]
        shown = f"pip install {' '.join(step.arguments)}"
        key = "\0".join((*step.arguments, runtime, *self.machine))
        for at in sorted(step.paths):
            path = folder / arguments[at]
            if not path.exists():
                raise PackageError(f"{shown}: the image has no {step.arguments[at]}")
            key = key_of(path, key) if path.is_file() else f"{key}\0{_names(path)}"

        def build(target: Path) -> None:
            self.progress(shown)
            install(Wanted(arguments, folder, shown), target, runtime=runtime)

        return self.store.get("image-packages", digest_of(key), build)


def _fill(
    root: Path, recipe: Recipe, stages: Mapping[str, Recipe], context: Path, below: Path
) -> None:
    # They are in the base image, so COPY to one of them puts files into it.
    for folder in (recipe.task_root, recipe.folder, "/opt", "/tmp"):  # noqa: S108 # nosec B108
        _within(root, folder).mkdir(parents=True, exist_ok=True)
    for step in recipe.steps:
        if isinstance(step, MakeFolder):
            path = step.path if step.path.startswith("/") else f"{step.folder}/{step.path}"
            _within(root, path).mkdir(parents=True, exist_ok=True)
        elif isinstance(step, Install) and step.target:
            path = step.target if step.target.startswith("/") else f"{step.folder}/{step.target}"
            _within(root, path).mkdir(parents=True, exist_ok=True)
        elif isinstance(step, Copy):
            origin = context
            if step.stage is not None:
                origin = below / step.stage
                if not origin.is_dir():
                    origin.mkdir(parents=True)
                    _fill(origin, stages[step.stage], stages, context, below)
            link_all(origin, step.sources, root, step.target)


def _installs(
    recipe: Recipe, stages: Mapping[str, Recipe], root: Path
) -> Iterator[tuple[Path, Install]]:
    """Every installation of a stage and of those that it copies from, with its root here.

    Wherever an installation goes in the image, it is found by import here.
    """
    for step in recipe.steps:
        if isinstance(step, Install):
            yield root, step
        elif isinstance(step, Copy) and step.stage is not None:
            top = root if root.parent.name != _STAGES else root.parent.parent
            yield from _installs(stages[step.stage], stages, top / _STAGES / step.stage)


def _within(root: Path, path: str) -> Path:
    return root / path.strip("/")


def _names(folder: Path) -> str:
    return "\0".join(relative for relative, _ in files_of(folder))

"""Where a function's parts lie on this machine."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Layout:
    """Where a function's parts lie: /var/task, dependencies built for it, /opt, /var/runtime.

    `layers` come in search order: on AWS a later layer overwrites an earlier one. `folder` is
    where the process starts, the task root unless an image says another WORKDIR. `root` is where
    an image's files lie.
    """

    task_root: Path
    dependencies: tuple[Path, ...]
    layers: tuple[Path, ...]
    runtime: Path
    working_directory: Path | None = None
    root: Path | None = None

    @property
    def folder(self) -> Path:
        return self.working_directory or self.task_root

    @property
    def parts(self) -> frozenset[Path]:
        """Every folder that is part of it."""
        root = self.root or self.task_root
        return frozenset((root, *self.dependencies, *self.layers, self.runtime))

    def search_path(self, runtime: str) -> tuple[Path, ...]:
        """Return sys.path before the standard library, in Lambda's order."""
        layers = [
            path
            for layer in self.layers
            for path in (layer / "python/lib" / runtime / "site-packages", layer / "python")
        ]
        return (self.task_root, *self.dependencies, *layers, self.runtime)

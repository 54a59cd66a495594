"""COPY by links: folders are made, files are links to where they come from."""

import os
from pathlib import Path

from samulator.functions.packages.commands import PackageError
from samulator.functions.packages.content import files_of


def link_all(origin: Path, sources: tuple[str, ...], root: Path, target: str) -> None:
    """Put `sources` (patterns below `origin`) at `target` of the image whose root is `root`.

    A target that ends with a slash, or is a folder, takes files by their names; of a folder its
    content is taken, as by COPY. Raises PackageError where there is no such source.
    """
    place = root / target.strip("/")
    for source in sources:
        found = _found(origin, source)
        if not found:
            raise PackageError(f"COPY {source}: there is no such file in {origin}")
        for path in found:
            if path.is_dir():
                place.mkdir(parents=True, exist_ok=True)
                for relative, file in files_of(path):
                    _link(file, place / relative)
            elif target.endswith("/") or place.is_dir():
                _link(path, place / path.name)
            else:
                _link(path, place)


def _found(origin: Path, source: str) -> list[Path]:
    plain = os.path.normpath(f"/{source}").lstrip("/")
    if not plain:
        return [origin]
    exact = origin / plain
    return [exact] if exact.exists() else sorted(origin.glob(plain))


def _link(source: Path, place: Path) -> None:
    """To the file itself, not by way of another stage's link."""
    place.parent.mkdir(parents=True, exist_ok=True)
    place.unlink(missing_ok=True)
    place.symlink_to(os.path.realpath(source))

"""What the code of a function lacks on this machine, so that no call of it can end well."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from samulator.template.model import Function, Layer

# These bring modules of their own, of which one may be the handler's.
_LISTS = ("requirements.txt", "pyproject.toml", "uv.lock")
_SUFFIXES = (".py", ".pyc", ".so")


def missing_code(function: Function, layers: Mapping[str, Layer]) -> str | None:
    """Return what is missing, None where nothing is or only a build can tell."""
    of_function = [layers[key] for key in function.layers]
    return _missing_handler(function, of_function) or missing_layers(of_function)


def missing_layers(layers: Iterable[Layer]) -> str | None:
    """Return the first folder or file of these layers that is not there, None where all are."""
    for layer in layers:
        if layer.content_uri is not None and not layer.content_uri.exists():
            return f"no such file or folder: {layer.content_uri} (layer {layer.name})"
    return None


def _missing_handler(function: Function, layers: list[Layer]) -> str | None:
    folder = function.code_uri
    if function.image is not None:
        return None
    module, dot, _ = function.handler.rpartition(".")
    if not dot:
        return f"its Handler {function.handler!r} names no function: write FILE.FUNCTION"
    is_built = function.build_method or function.build_properties
    if folder is None or not folder.is_dir() or is_built or layers:
        return None
    place = folder.joinpath(*module.replace("/", ".").split("."))
    is_listed = any((folder / name).exists() for name in _LISTS)
    top = folder / place.relative_to(folder).parts[0]
    if _is_module(place) or (is_listed and not _is_module(top)):
        return None
    return f"its Handler is {function.handler}, and {folder} has no {_shown(place, folder)}"


def _is_module(place: Path) -> bool:
    """A module in Python or a compiled one, or a package, which needs no __init__.py."""
    beside = place.parent.iterdir() if place.parent.is_dir() else ()
    named = (each.name for each in beside if each.name.partition(".")[0] == place.name)
    return place.is_dir() or any(name.endswith(_SUFFIXES) for name in named)


def _shown(place: Path, folder: Path) -> str:
    return f"{place.relative_to(folder)}.py"

"""What of an application's packages is not as `sam build` and AWS would have it, in words."""

import tomllib
from collections.abc import Iterator
from pathlib import Path

from samulator.functions.packages.layers import unbuilt_requirements
from samulator.functions.packages.public_layers import is_extension, public_layer
from samulator.functions.packages.requirements import REQUIREMENTS, project_dependencies
from samulator.template.model import Application, Function, Layer

_EXTENSIONS, _WRAPPER = "extensions", "AWS_LAMBDA_EXEC_WRAPPER"


def remarks(application: Application) -> Iterator[str]:
    """One line for each layer and function of which something is replaced or missing here."""
    used = {name for function in application.functions.values() for name in function.layers}
    for name, layer in application.layers.items():
        if name in used:
            yield from _of_layer(layer)
    for name, function in application.functions.items():
        yield from _of_function(name, function)


def left_out(function: Function, application: Application) -> list[str]:
    """The layers of a function that are not on this machine."""
    layers = (application.layers[name] for name in function.layers)
    elsewhere = (each.reference or each.name for each in layers if each.content_uri is None)
    return [reference for reference in elsewhere if public_layer(reference) is None]


def _of_layer(layer: Layer) -> Iterator[str]:
    if extensions := _extensions(layer):
        named = ", ".join(extensions)
        yield f"{layer.name}: no extension runs here, functions run without its {named}"
    if layer.content_uri is None:
        yield _of_reference(layer.reference or layer.name)
    elif layer.build_method is None and layer.content_uri.is_dir():
        requirements = unbuilt_requirements(layer.content_uri)
        if requirements is not None:
            yield (
                f"{layer.name}: {requirements.name} is installed here, but sam build leaves "
                "it out: Metadata: {BuildMethod: python3.x} has it built"
            )
    elif (layer.build_method or "").startswith("python") and _has_modules_in_python(layer):
        yield (
            f"{layer.name}: BuildMethod {layer.build_method} puts the folder python in a folder "
            "python, where no import finds it: move what it holds up, or leave BuildMethod out"
        )


def _has_modules_in_python(layer: Layer) -> bool:
    """Where the folder is a package, `import python.module` is meant."""
    folder = (layer.content_uri or Path()) / "python"
    return folder.is_dir() and not (folder / "__init__.py").exists()


def _extensions(layer: Layer) -> list[str]:
    """What Lambda would start beside a function of whatever the layer brings."""
    folder = (layer.content_uri or Path()) / _EXTENSIONS
    if layer.content_uri is None or not folder.is_dir():
        return []
    return sorted(each.name for each in folder.iterdir() if each.is_file())


def _of_reference(reference: str) -> str:
    known = public_layer(reference)
    if known is None and is_extension(reference):
        return f"Layer {reference} is an extension: no extension runs here"
    if known is None and reference.startswith("arn:"):
        return f"Layer {reference} is on AWS only: left out"
    if known is None:
        return (
            f"Layer {reference} is no layer of this template: left out; give its folder as the "
            "parameter's value, or under [exports] or [ssm] in local.toml"
        )
    which = "" if known.is_exact else ", which may be another release"
    return f"Layer {reference} is replaced by {known.package} from PyPI{which}"


def _of_function(name: str, function: Function) -> Iterator[str]:
    if wrapper := function.environment.get(_WRAPPER):
        yield f"{name}: {_WRAPPER} {wrapper} wraps nothing here, the function runs without it"
    code = function.code_uri
    if code is None or not code.is_dir() or function.build_method in ("makefile", "python-uv"):
        return
    try:
        dependencies = project_dependencies(code)
    except tomllib.TOMLDecodeError:
        # Nobody reads the file for this function.
        return
    if dependencies and not (code / REQUIREMENTS).is_file():
        yield (
            f"{name}: pyproject.toml depends on {', '.join(dependencies)}, but sam build installs "
            f"{REQUIREMENTS} alone: nothing is installed"
        )

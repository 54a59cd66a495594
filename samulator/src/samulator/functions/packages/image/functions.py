"""What a function is of whose code only an image is declared."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from samulator.functions.packages.image.bases import starts_function
from samulator.functions.packages.image.dockerfile import read_dockerfile
from samulator.functions.packages.image.recipe import Recipe, Unsupported, in_image, read_recipes
from samulator.template.model import Application, Function

_IDLE = "does not run here, "


@dataclass(frozen=True)
class ImageSource:
    """A Dockerfile's stages, the final one with the template's settings, and its context."""

    stages: Mapping[str, Recipe]
    final: Recipe
    context: Path


def read_image(name: str, function: Function) -> ImageSource:
    """Return what makes the image of a function (by logical id). Raises Unsupported."""
    image = function.image
    if image is None or image.dockerfile is None or image.context is None:
        which = f"its image {image.uri}" if image and image.uri else "its image"
        raise Unsupported(f"{name}: does not run here, {which} has no Dockerfile in Metadata")
    try:
        # Editors of Windows begin a file with a byte order mark; Docker reads over it.
        text = image.dockerfile.read_text(encoding="utf-8-sig")
        stages = read_recipes(read_dockerfile(text), image.arguments)
        final = [*stages.values()][-1] if image.target is None else stages[image.target]
    except OSError as error:
        raise Unsupported(f"{name}: {image.dockerfile}: {error.strerror}") from error
    except KeyError as error:
        raise Unsupported(f"{name}: {image.dockerfile}: there is no stage {error}") from error
    except (Unsupported, ValueError) as error:
        raise Unsupported(
            f"{name}: does not run here, {image.dockerfile} needs Docker: {error}"
        ) from error
    if image.entry_point and not starts_function(image.entry_point):
        raise Unsupported(f"{name}: does not run here, ImageConfig.EntryPoint needs Docker")
    folder = in_image(final.folder, image.working_directory or ".")
    final = replace(final, command=image.command or final.command, folder=folder)
    return ImageSource(stages, final, image.context.absolute())


def with_images(application: Application) -> Application:
    """Return the application with handler, runtime and variables of images filled in.

    One that cannot run here stays without a handler, is idle, and is a warning.
    """
    functions, warnings = dict(application.functions), []
    idle = dict(application.idle)
    for name, function in application.functions.items():
        if function.image is not None:
            try:
                functions[name] = _filled(name, function)
            except Unsupported as error:
                warnings.append(str(error))
                idle[name] = str(error).removeprefix(f"{name}: ").removeprefix(_IDLE)
    warnings = [*application.warnings, *warnings]
    return replace(application, functions=functions, warnings=tuple(warnings), idle=idle)


def _filled(name: str, function: Function) -> Function:
    final = read_image(name, function).final
    if not final.handler:
        raise Unsupported(f"{name}: does not run here, its Dockerfile has no CMD with the handler")
    return replace(
        function,
        handler=final.handler,
        runtime=final.runtime,
        environment={**final.variables, **function.environment},
    )

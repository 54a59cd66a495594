"""Where the code of functions and layers is on this machine."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from samulator.template.model import Layer, Resource, Value
from samulator.template.model_image import Image


class UnreadableCode(Exception):
    """There is nothing to run here; the message ends a sentence about the function or layer."""


@dataclass(frozen=True)
class CodeReader:
    """Reads places relative to the template's `folder`. Links on the way are kept: they may lead
    elsewhere later.
    """

    folder: Path

    def place(self, resource: Resource) -> Path:
        """Return the folder or file of a function, which may be missing. Raises UnreadableCode."""
        code = resource.properties.get("Code")
        if not isinstance(code, str) or not _is_here(code):
            raise UnreadableCode(f"its code is not on this machine ({_shown(code)})")
        return self._path(code)

    def inline(self, resource: Resource) -> str | None:
        """Return the text of the code where the template holds it."""
        code = resource.properties.get("Code")
        return str(code["ZipFile"]) if isinstance(code, dict) and "ZipFile" in code else None

    def image(self, resource: Resource) -> Image:
        """Return the image of a function with PackageType Image."""
        metadata, code = resource.metadata, resource.properties.get("Code")
        config = resource.properties.get("ImageConfig")
        config = config if isinstance(config, dict) else {}
        context = self._path(str(metadata.get("DockerContext") or "."))
        dockerfile = metadata.get("Dockerfile")
        arguments = metadata.get("DockerBuildArgs")
        directory = config.get("WorkingDirectory")
        return Image(
            context=context if dockerfile else None,
            dockerfile=_joined(context, str(dockerfile)) if dockerfile else None,
            arguments={str(key): str(value) for key, value in arguments.items()}
            if isinstance(arguments, dict)
            else {},
            target=_text(metadata.get("DockerBuildTarget")),
            uri=_text(code.get("ImageUri")) if isinstance(code, dict) else None,
            command=_texts(config.get("Command")),
            entry_point=_texts(config.get("EntryPoint")),
            working_directory=_text(directory),
        )

    def layer(self, resource: Resource) -> Layer:
        """Return a layer of the template; it has no `content_uri` where that is elsewhere."""
        content = resource.properties.get("Content")
        place = content if isinstance(content, str) and _is_here(content) else None
        properties = resource.metadata.get("BuildProperties")
        return Layer(
            name=resource.logical_id,
            content_uri=None if place is None else self._path(place),
            build_method=_text(resource.metadata.get("BuildMethod")),
            build_properties=properties if isinstance(properties, dict) else {},
            reference=_shown(content) if place is None else None,
        )

    def named_layer(self, reference: str) -> Layer:
        """Return a layer that the template does not declare: by its ARN, or by a folder or file.

        That stands where the ARN comes from elsewhere: a parameter, an export, a value of SSM.
        """
        place = self._path(reference)
        if not reference.startswith("arn:") and place != self.folder and place.exists():
            return Layer(place.name, place)
        return Layer(reference, None, reference=reference)

    def _path(self, text: str) -> Path:
        return _joined(self.folder, text)


def _is_here(place: str) -> bool:
    return not place.startswith("s3://")


def _joined(folder: Path, text: str) -> Path:
    return Path(os.path.normpath(folder / text))


def _shown(place: Value) -> str:
    if isinstance(place, Mapping) and "S3Bucket" in place:
        return f"s3://{place['S3Bucket']}/{place.get('S3Key', '')}"
    return str(place) if place else "it has none"


def _text(value: Value) -> str | None:
    return None if value is None else str(value)


def _texts(value: Any) -> tuple[str, ...]:  # noqa: ANN401 - whatever a template holds
    items = value if isinstance(value, list) else [] if value is None else [value]
    return tuple(str(item) for item in items)

"""What a template says of a function that is deployed as a container image."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Image:
    """The image of a function with PackageType Image: its Metadata, or its ImageUri.

    `context` and `dockerfile` are DockerContext and Dockerfile as paths, None without Metadata;
    `arguments` DockerBuildArgs, `target` DockerBuildTarget. `command` and `working_directory`
    come from ImageConfig and win over the Dockerfile's CMD and WORKDIR.
    """

    context: Path | None = None
    dockerfile: Path | None = None
    arguments: Mapping[str, str] = field(default_factory=dict)
    target: str | None = None
    uri: str | None = None
    command: tuple[str, ...] = ()
    entry_point: tuple[str, ...] = ()
    working_directory: str | None = None

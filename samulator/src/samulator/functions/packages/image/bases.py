"""Images that a Dockerfile may start from: those with a Python that this machine may have too."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from samulator.functions.interpreters import OWN_RUNTIME

TASK_ROOT = "/var/task"
# What a worker has of its own, whatever an image says.
RESERVED = frozenset(("PATH", "LAMBDA_TASK_ROOT", "LAMBDA_RUNTIME_DIR", "PYTHONPATH"))
_LAMBDA = re.compile(r"(?:^|/)(?:lambda/python|aws-lambda-python):(?P<tag>[\w.-]+)$")
_BUILD = re.compile(r"/sam/(?:build|emulation)-python(?P<version>3\.\d+)")
_PYTHON = re.compile(
    r"^(?:docker\.io/|public\.ecr\.aws/docker/)?(?:library/)?python:(?P<tag>[\w.-]+)$"
)
_VERSION = re.compile(r"3\.\d+")
_STARTS_LAMBDA = ("/lambda-entrypoint.sh",)
_CLIENT = ("-m", "awslambdaric")


@dataclass(frozen=True)
class Base:
    """The runtime of a base image, e.g. "python3.12", and where functions lie in it."""

    runtime: str
    task_root: str
    variables: Mapping[str, str] = field(default_factory=dict)


def base_of(reference: str) -> Base | None:
    """Return what is known of an image; None of one that is no Python image of AWS or Docker."""
    image = reference.partition("@")[0]
    given = {"LAMBDA_TASK_ROOT": TASK_ROOT, "LAMBDA_RUNTIME_DIR": "/var/runtime"}
    if found := _LAMBDA.search(image):
        return Base(_runtime(found["tag"]), TASK_ROOT, given)
    if found := _BUILD.search(image):
        return Base(f"python{found['version']}", TASK_ROOT, given)
    if found := _PYTHON.match(image):
        return Base(_runtime(found["tag"]), "/")
    return None


def starts_function(entry_point: Sequence[str]) -> bool:
    """Whether an ENTRYPOINT only starts Lambda's runtime client, as the worker here does."""
    words = tuple(entry_point)
    return words[:1] == _STARTS_LAMBDA or (len(words) in (3, 4) and words[1:3] == _CLIENT)


def _runtime(tag: str) -> str:
    """A tag without a version, "latest", is the stack's own Python."""
    found = _VERSION.match(tag)
    return f"python{found[0]}" if found else OWN_RUNTIME

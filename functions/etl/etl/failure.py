"""What an error may say: on a developer's machine all of it, deployed nothing that a file holds."""

import os
import traceback

from botocore.exceptions import ClientError

# "true" on a developer's machine alone; any other value, and none, means a deployment.
_TRACEBACKS = "LOG_TRACEBACKS"


class Failed(Exception):
    """Takes the place of an error whose message may quote a file; the message names its kinds."""


def describe(error: BaseException) -> dict[str, object]:
    """For the log: the kinds of an error and its causes, what AWS answered, and the places.

    Where LOG_TRACEBACKS is "true" the whole traceback with its messages, in place of the places.
    """
    chain = _chain(error)
    described: dict[str, object] = {"error": [_kind(link) for link in chain]}
    if _shows_all():
        return described | {"traceback": "".join(traceback.format_exception(error)).rstrip()}
    frames = traceback.extract_tb(error.__traceback__)[-12:]
    return described | {
        "places": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
    }


def presentable(error: Exception) -> Exception:
    """The error that may leave the function: itself, if its words are ours, else a Failed."""
    if _shows_all() or type(error).__module__.startswith("etl."):
        return error
    return Failed(", caused by ".join(_kind(link) for link in _chain(error)))


def _shows_all() -> bool:
    return os.environ.get(_TRACEBACKS) == "true"


def _chain(error: BaseException) -> list[BaseException]:
    chain: list[BaseException] = []
    link: BaseException | None = error
    while link is not None and link not in chain:
        chain.append(link)
        link = link.__cause__ or link.__context__
    return chain


def _kind(error: BaseException) -> str:
    """The class; of an error that AWS answered, also the call and AWS's name for it."""
    name = f"{type(error).__module__}.{type(error).__qualname__}"
    if isinstance(error, ClientError):
        return f"{name} {error.operation_name} {error.response.get('Error', {}).get('Code', '')}"
    return name

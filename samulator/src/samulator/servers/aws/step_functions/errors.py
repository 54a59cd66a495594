"""Errors by their names, which clients catch them by.

moto's interpreter has a second set of them that its answers leave the names out of, and raises some
without the message that they ask for.
"""

from typing import Any

_MESSAGES = {
    "InvalidToken": "Invalid Token: 'Invalid token'",
    "ResourceNotFound": "Resource not found",
    "TaskDoesNotExist": "Task does not exist",
    "TaskTimedOut": "Task Timed Out: 'Provided task does not exist anymore'",
}


def name_errors() -> None:
    """Change moto's classes."""
    from moto.core.exceptions import AWSError
    from moto.stepfunctions.parser import api

    def begin(error: AWSError, message: str | None = None, *_: Any) -> None:  # noqa: ANN401
        name = type(error).__name__
        AWSError.__init__(error, _MESSAGES.get(name, name) if message is None else message, name)

    for kind in vars(api).values():
        if isinstance(kind, type) and issubclass(kind, AWSError) and kind is not AWSError:
            kind.__init__ = begin  # type: ignore[method-assign, assignment]

"""What can go wrong, in the function's own words; `web.problems` maps each to a status once.

AppError
├── InvalidInput            the caller's mistake, named
├── InvalidRequest          several of them
├── NothingHere             no such call
├── WrongMethod
├── DatasetNotFound
├── RunNotFound
├── DatasetNotReadable      its file was refused, and no earlier output is left
├── DatasetChanged          a newer run took the place of the version asked for
├── TooMuchWork             a read or query over its bounds
├── Unauthenticated         no claims where they are required
├── MissingScope
├── UnsupportedMediaType
├── BodyTooLarge
└── StorageUnavailable
"""


class AppError(Exception):
    """Root of the tree. The message is for the caller: no secrets, no driver text."""


class InvalidInput(AppError):
    """`parameter` is the query parameter at fault, or `pointer` the member of the body."""

    def __init__(self, detail: str, *, parameter: str = "", pointer: str = "") -> None:
        super().__init__(detail)
        self.parameter = parameter
        self.pointer = pointer


class InvalidRequest(AppError):
    """Several faults at once, each a dict as in a problem's `errors`."""

    def __init__(self, faults: list[dict[str, str]]) -> None:
        super().__init__("; ".join(f"{_place(one)}: {one['detail']}" for one in faults[:5]))
        self.faults = faults


class NothingHere(AppError):
    """No call has this path."""


class WrongMethod(AppError):
    """`allowed` lists the methods that the path takes."""

    def __init__(self, allowed: tuple[str, ...]) -> None:
        super().__init__(f"Only {', '.join(allowed)} can be done here.")
        self.allowed = allowed


class DatasetNotFound(AppError):
    """No dataset has this name."""


class RunNotFound(AppError):
    """The dataset has no run of this id."""


class DatasetNotReadable(AppError):
    """The dataset has a report and no rows."""


class DatasetChanged(AppError):
    """What is asked for belongs to a version that a newer run has replaced."""


class TooMuchWork(AppError):
    """The call is over its bounds of time, memory or size."""


class Unauthenticated(AppError):
    """The request carries no verified claims."""


class MissingScope(AppError):
    """The claims do not grant what the call needs."""


class UnsupportedMediaType(AppError):
    """The body is not in the one media type that the call reads."""


class BodyTooLarge(AppError):
    """The body is over the bound."""


class StorageUnavailable(AppError):
    """S3 does not answer. `code`, for the log: AWS's own name of the reason."""

    def __init__(
        self, detail: str = "The file storage does not answer.", *, code: str = ""
    ) -> None:
        super().__init__(detail)
        self.code = code


def _place(fault: dict[str, str]) -> str:
    return fault.get("pointer") or fault.get("parameter") or "request"

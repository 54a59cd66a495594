"""What can go wrong, in the application's own words; `problems` maps each to a status once.

AppError
├── InvalidInput            the caller's mistake, named
├── UserNotFound
├── EmailTaken
├── VersionMismatch         If-Match names no current version
├── IdempotencyKeyReused    the same key with another body
├── CreationInProgress      the same key at the same time
├── DatasetNotFound
├── SourceGone              its file was deleted
├── SourceTooLarge
├── Unauthenticated         no claims where they are required
├── MissingScope
├── UnsupportedMediaType
└── BackendUnavailable
    ├── DatabaseUnavailable
    ├── StorageUnavailable
    ├── CacheUnavailable    never reaches a caller
    └── SearchUnavailable   never reaches a caller
"""


class AppError(Exception):
    """Root of the tree. The message is for the caller: no secrets, no driver text."""


class InvalidInput(AppError):
    """`parameter` is the query parameter or header at fault."""

    def __init__(self, detail: str, *, parameter: str) -> None:
        super().__init__(detail)
        self.parameter = parameter


class UserNotFound(AppError):
    """No user has this email."""


class EmailTaken(AppError):
    """Another user has this email."""


class VersionMismatch(AppError):
    """The user changed since the version that If-Match names."""


class IdempotencyKeyReused(AppError):
    """The caller's key was sent before with another body."""


class CreationInProgress(AppError):
    """An earlier request with the same key has not ended."""


class SourceGone(AppError):
    """The file of a dataset is not there any more."""


class SourceTooLarge(AppError):
    """The file of a dataset is larger than one call of S3 copies."""


class DatasetNotFound(AppError):
    """No dataset has this name."""


class Unauthenticated(AppError):
    """The request carries no verified claims."""


class MissingScope(AppError):
    """The claims do not grant what the call needs."""


class UnsupportedMediaType(AppError):
    """`accepted` lists the media types that the call reads."""

    def __init__(self, accepted: tuple[str, ...]) -> None:
        super().__init__(f"Send the body as {' or '.join(accepted)}.")
        self.accepted = accepted


class BackendUnavailable(AppError):
    """A data service does not answer in time, or not at all, or refuses.

    `code`, for the log: the service's own name of the reason, an SQLSTATE or AWS's error code.
    """

    def __init__(self, detail: str, *, code: str = "") -> None:
        super().__init__(detail)
        self.code = code


class DatabaseUnavailable(BackendUnavailable):
    """PostgreSQL does not answer."""


class StorageUnavailable(BackendUnavailable):
    """S3 does not answer."""


class CacheUnavailable(BackendUnavailable):
    """Redis does not answer, or its breaker is open."""


class SearchUnavailable(BackendUnavailable):
    """OpenSearch does not answer, or its breaker is open."""

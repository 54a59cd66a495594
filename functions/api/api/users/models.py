"""What a user is, and how emails are compared."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, NewType
from uuid import UUID

from email_validator import EmailNotValidError, validate_email
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from api.errors import UserNotFound

EmailKey = NewType("EmailKey", str)

_MAX_EMAIL = 254
_NOT_TEXT = re.compile("[\x00\ud800-\udfff]")
# Written out: what \s means differs between Python, JavaScript and JSON schema validators.
_BLANKS = r"\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_BLANK = rf"[\t-\r {_BLANKS}]"
_EDGE = rf"[^\u0000-\u0020\u007f-\u009f{_BLANKS}]"
_INNER = r"[^\u0000-\u001f\u007f-\u009f]"


def _trimmed_text(limit: int) -> str:
    """1 to `limit` characters between blanks, on one line, without controls.

    Matched by an engine that takes linear time and refuses lone surrogates by itself.
    """
    return rf"^{_BLANK}*{_EDGE}({_INNER}{{0,{limit - 2}}}{_EDGE})?{_BLANK}*$"


def _check_email(value: str) -> str:
    try:
        validate_email(value, check_deliverability=False, test_environment=True)
    except EmailNotValidError as error:
        raise ValueError(str(error)) from None
    if "%" in value:
        raise ValueError("a percent sign cannot be told from an encoded character in a URL")
    return value


Name = Annotated[
    str,
    Field(pattern=_trimmed_text(200), examples=["Ada Lovelace"]),
    AfterValidator(str.strip),
]
Role = Annotated[
    str,
    Field(pattern=_trimmed_text(64), examples=["admin"]),
    AfterValidator(str.strip),
]
QueryText = Annotated[
    str,
    Field(pattern=_trimmed_text(200), examples=["ada lovelace"]),
    AfterValidator(str.strip),
]
Email = Annotated[
    str,
    Field(
        max_length=_MAX_EMAIL,
        json_schema_extra={"format": "email", "not": {"pattern": "%"}},
        examples=["ada@example.com"],
    ),
    AfterValidator(_check_email),
]

_STRICT = ConfigDict(extra="forbid", frozen=True, strict=True)


def _describe_patch(schema: dict[str, Any]) -> None:
    schema["minProperties"] = 1
    for field in schema["properties"].values():
        field.pop("default", None)


class NewUser(BaseModel):
    """What a caller sends to create a user."""

    model_config = _STRICT

    name: Name
    email: Email
    role: Role


class UserChanges(BaseModel):
    """A merge patch (RFC 7396): what is absent stays; nothing can be removed with null."""

    model_config = _STRICT | ConfigDict(json_schema_extra=_describe_patch)

    name: Name = Field(default=None)  # type: ignore[assignment] # absent; null stays invalid
    email: Email = Field(default=None)  # type: ignore[assignment]
    role: Role = Field(default=None)  # type: ignore[assignment]

    @model_validator(mode="after")
    def _change_something(self) -> "UserChanges":
        if not self.model_fields_set:
            raise ValueError("name at least one of name, email and role")
        return self


class User(BaseModel):
    """A user as callers see it. `version` counts from 1 and is the ETag."""

    model_config = ConfigDict(frozen=True)

    id: UUID
    name: str
    email: str
    role: str
    created_at: datetime
    updated_at: datetime
    version: int


@dataclass(frozen=True, slots=True)
class StoredUser:
    """A user with its `revision`: a number that grows with every write to any user.

    The version starts again when an email is deleted and created anew; the revision does not,
    so caches and the index can tell which of two states is the newer one.
    """

    user: User
    revision: int


def email_key(email: str) -> EmailKey:
    """How emails are compared: NFKC and casefold.

    >>> email_key("ＡDA@Example.com")
    'ada@example.com'
    """
    key = email
    while (folded := unicodedata.normalize("NFKC", key).casefold()) != key:
        key = folded
    return EmailKey(key)


def sought_key(email: str) -> EmailKey:
    """The key of an email from a URL. Raises UserNotFound for what no user can have."""
    if len(email) > _MAX_EMAIL or _NOT_TEXT.search(email):
        raise UserNotFound("No user has this email.")
    return email_key(email)

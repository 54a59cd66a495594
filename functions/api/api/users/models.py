"""What a user is, and how emails are compared."""

import re
import unicodedata
from collections.abc import Callable
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
# U+FFFD stands for bytes that were not UTF-8: what it replaced is lost, so it is not stored.
_DAMAGED = "\ufffd"
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_BLANKS = (
    "\t\n\v\f\r \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)
# What Unicode calls default ignorable (joiners, marks of direction, fillers, selectors, tags), and
# the empty Braille pattern: shown as nothing. Among visible characters they have their uses.
_UNSEEN = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3"
    "\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_NOTHING_SEEN = re.compile(f"^[{_BLANKS}{_UNSEEN}]*$")


def _line_pattern(limit: int) -> str:
    r"""What `_line` takes, for the document: written out, as engines differ about \s."""
    blanks = r"\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
    edge = rf"[^\u0000-\u0020\u007f-\u009f\ufffd{blanks}]"
    inner = r"[^\u0000-\u001f\u007f-\u009f\ufffd]"
    around = rf"[\t-\r {blanks}]*"
    return rf"^{around}{edge}({inner}{{0,{limit - 2}}}{edge})?{around}$"


def _line(limit: int) -> Callable[[str], str]:
    """Trims; raises ValueError for what nobody sees, is too long, or not one line of text."""

    def trimmed(value: str) -> str:
        # Not a regular expression: one that trims an end starts again at each run of blanks inside.
        text = value.strip(_BLANKS)
        if not text:
            raise ValueError("must not be blank")
        if len(text) > limit:
            raise ValueError(f"must have at most {limit} characters")
        if _NOTHING_SEEN.search(text):
            raise ValueError("must hold a visible character")
        if _CONTROL.search(text):
            raise ValueError("must be one line of text, without control characters")
        if _DAMAGED in text:
            raise ValueError("was damaged on its way: it was not sent as UTF-8")
        return text

    return trimmed


def _line_of(limit: int, example: str) -> Any:  # noqa: ANN401 - the type of FieldInfo
    return Field(
        examples=[example],
        json_schema_extra={
            "pattern": _line_pattern(limit),
            "not": {"pattern": _NOTHING_SEEN.pattern},
        },
    )


def _check_email(value: str) -> str:
    try:
        validate_email(value, check_deliverability=False, test_environment=True)
    except EmailNotValidError as error:
        raise ValueError(str(error)) from None
    if "%" in value or "?" in value:
        raise ValueError("must not contain % or ?, which API Gateway does not keep in a path")
    return value


Name = Annotated[str, _line_of(200, "Ada Lovelace"), AfterValidator(_line(200))]
Role = Annotated[str, _line_of(64, "admin"), AfterValidator(_line(64))]
QueryText = Annotated[str, _line_of(200, "ada lovelace"), AfterValidator(_line(200))]
Email = Annotated[
    str,
    Field(
        max_length=_MAX_EMAIL,
        json_schema_extra={"format": "email", "not": {"pattern": "[%?]"}},
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
    """A user as callers see it. `version` counts from 1."""

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

"""Names of functions as Lambda takes them: name, ARN or partial ARN, with a version or alias.

https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html#API_Invoke_RequestParameters
"""

import re
from dataclasses import dataclass

LATEST = "$LATEST"
_PATTERN = re.compile(
    r"(?:arn:aws[a-zA-Z-]*:lambda:)?(?:(?P<region>[a-z]{2}(?:-[a-z]+)+-\d):)?"
    r"(?:(?P<account>\d{12}):)?(?:function:)?(?P<name>[a-zA-Z0-9-_.]{1,140})"
    r"(?::(?P<qualifier>\$LATEST|[a-zA-Z0-9-_]{1,128}))?",
    re.ASCII,
)
_QUALIFIER = re.compile(r"[a-zA-Z0-9$_-]{1,128}", re.ASCII)


class InvalidReference(Exception):
    """What cannot name a function; `code` is Lambda's name for the error."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class FunctionReference:
    """A function by FunctionName or logical id; None where the reference leaves it open."""

    name: str
    qualifier: str | None = None
    region: str | None = None
    account: str | None = None


def parse_reference(text: str, qualifier: str | None = None) -> FunctionReference:
    """Return what `text` and the separate `qualifier` name. Raises InvalidReference."""
    found = _PATTERN.fullmatch(text)
    if found is None:
        raise _invalid("functionName", text, _PATTERN.pattern)
    if qualifier is not None and not _QUALIFIER.fullmatch(qualifier):
        raise _invalid("qualifier", qualifier, "(|[a-zA-Z0-9$_-]+)")
    if qualifier and found["qualifier"] and qualifier != found["qualifier"]:
        raise InvalidReference(
            "InvalidParameterValueException",
            "The derived qualifier from the function name does not match the specified qualifier.",
        )
    return FunctionReference(
        name=found["name"],
        qualifier=found["qualifier"] or qualifier,
        region=found["region"],
        account=found["account"],
    )


def _invalid(field: str, value: str, pattern: str) -> InvalidReference:
    rule = f"Member must satisfy regular expression pattern: {pattern}"
    what = f"Value '{value}' at '{field}' failed to satisfy constraint: {rule}"
    return InvalidReference("ValidationException", f"1 validation error detected: {what}")

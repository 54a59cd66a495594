"""Values of parameters as `sam` takes them on its command line.

https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-cli-command-reference-sam-local-start-api.html
"""

import re
import shlex
from collections.abc import Iterable

# ParameterKey=Name,ParameterValue=a\,b as CloudFormation has it.
_LONG = re.compile(r"ParameterKey=(?P<name>[^,]+),ParameterValue=(?P<value>(?:\\.|[^\\])*)", re.S)
_BETWEEN = re.compile(r"\s+(?=ParameterKey=)")
# One value that a shell has taken the quotes from: Name=two words.
_UNQUOTED = re.compile(r"[A-Za-z0-9]+=(?:(?!\s[A-Za-z0-9]+=)[^'\"])*", re.S)
# The quotes of samconfig.toml, where no shell takes them away: Name="value".
_QUOTED = re.compile(r'"(?P<value>(?:\\.|[^"\\])*)"', re.S)
_SHORT = re.compile(r"(?P<name>[A-Za-z0-9]+)=(?P<value>.*)", re.S)


class InvalidOverride(Exception):
    """What is no NAME=VALUE; the message says which."""


def parse_overrides(texts: Iterable[str]) -> dict[str, str]:
    """Return the values by their names; the last of one name wins.

    A text may hold several, separated as a shell does; spaces that no NAME= follows are
    the value's. Raises InvalidOverride.
    """
    values = {}
    for word in _words(texts):
        found = _LONG.fullmatch(word) or _SHORT.fullmatch(word)
        if found is None:
            raise InvalidOverride(f"{word!r} is not NAME=VALUE")
        quoted = _QUOTED.fullmatch(found["value"]) or found
        values[found["name"]] = re.sub(r"\\(.)", r"\1", quoted["value"])
    return values


def _words(texts: Iterable[str]) -> Iterable[str]:
    for text in texts:
        if text.startswith("ParameterKey="):
            yield from _BETWEEN.split(text)
            continue
        if _UNQUOTED.fullmatch(text):
            yield text
            continue
        try:
            yield from shlex.split(text) if " " in text else [text]
        except ValueError as error:
            raise InvalidOverride(f"{text!r}: {error}") from error

"""Conditional requests (RFC 9110, section 13): what If-Match and If-None-Match ask for."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from etl.checks.problem import Problem, invalid

_ANY: Final = "*"
_TAG: Final = re.compile(r'(W/)?("[!#-~]*")')
_TAGS: Final = re.compile(r'\*|(W/)?"[!#-~]*"([ \t]*,[ \t]*(W/)?"[!#-~]*")*')


@dataclass(frozen=True, slots=True)
class Conditions:
    """ETags in their quotes, or *; None where the request does not ask."""

    match: frozenset[str] | None = None
    none_match: frozenset[str] | None = None

    def require(self, etag: str | None) -> None:
        """Raises Problem (412) unless what is there now, None for nothing, is as was asked."""
        if not self.match_holds(etag):
            raise changed("is another one now" if etag else "is not there any more")
        if self.is_known(etag):
            raise changed("is there already")

    def match_holds(self, etag: str | None) -> bool:
        """Whether If-Match, if there is one, names what is there."""
        return self.match is None or _names(self.match, etag)

    def is_known(self, etag: str | None) -> bool:
        """Whether If-None-Match names what is there."""
        return self.none_match is not None and _names(self.none_match, etag)

    def __bool__(self) -> bool:
        return self.match is not None or self.none_match is not None


def conditions_of(headers: Mapping[str, str]) -> Conditions:
    """Names of headers in lower case. Raises Problem (422) for what is no list of ETags."""
    return Conditions(
        match=_tags("If-Match", headers, is_strong=True),
        none_match=_tags("If-None-Match", headers, is_strong=False),
    )


def changed(how: str) -> Problem:
    """The answer to a condition that does not hold."""
    detail = f"The description {how}: read it and decide anew."
    return Problem(412, "description-changed", detail)


def _names(tags: frozenset[str], etag: str | None) -> bool:
    return etag is not None and (_ANY in tags or etag in tags)


def _tags(name: str, headers: Mapping[str, str], *, is_strong: bool) -> frozenset[str] | None:
    """To pass a wrong one over would be unsafe. A weak tag is no strong one's equal."""
    given = headers.get(name.lower())
    if given is None:
        return None
    if not _TAGS.fullmatch(given.strip()):
        raise invalid(f"{name} must be * or a list of ETags in their quotes", parameter=name)
    if given.strip() == _ANY:
        return frozenset({_ANY})
    return frozenset(tag for weak, tag in _TAG.findall(given) if not (weak and is_strong))

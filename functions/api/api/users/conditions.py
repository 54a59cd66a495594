"""Conditional requests (RFC 9110, section 13): what If-Match and If-None-Match ask for."""

import re

from api.errors import InvalidInput

TAGS = r'^(\*|(W/)?"[!#-~]*"([ \t]*,[ \t]*(W/)?"[!#-~]*")*)$'
_TAGS = re.compile(TAGS)
_TAG = re.compile(r'(W/)?"([!#-~]*)"')
_VERSION = re.compile(r"[1-9][0-9]{0,17}")


def etag(version: int) -> str:
    """A strong tag of one user: equal versions under one `id` are equal bytes.

    Not of one email: made anew after a deletion it begins at "1" again (docs/decisions/0010).
    """
    return f'"{version}"'


def wanted_versions(if_match: str | None) -> list[int] | None:
    """The versions that If-Match allows; None for any. Weak tags and foreign ones match nothing.

    Raises InvalidInput for text that is no list of entity tags: to ignore it would be unsafe.
    """
    if if_match is None:
        return None
    if not _TAGS.fullmatch(if_match.strip()):
        raise InvalidInput(
            'If-Match must be * or a list of tags such as "3".', parameter="If-Match"
        )
    if if_match.strip() == "*":
        return None
    tags = [tag for weak, tag in _TAG.findall(if_match) if not weak]
    return [int(tag) for tag in tags if _VERSION.fullmatch(tag)]


def is_known(if_none_match: str | None, version: int) -> bool:
    """Whether the caller has this version already: weak comparison, as reads use."""
    if if_none_match is None:
        return False
    if if_none_match.strip() == "*":
        return True
    return str(version) in {tag for _, tag in _TAG.findall(if_none_match)}

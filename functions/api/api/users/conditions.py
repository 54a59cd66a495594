"""Conditional requests (RFC 9110, section 13): what If-Match and If-None-Match ask for."""

import hashlib
import re
from uuid import UUID

from api.errors import InvalidInput
from api.users.models import User

TAGS = r'^(\*|(W/)?"[!#-~]*"([ \t]*,[ \t]*(W/)?"[!#-~]*")*)$'
_TAGS = re.compile(TAGS)
_TAG = re.compile(r'(W/)?"([!#-~]*)"')
_TAG_BYTES = 16


def tag_of(user_id: UUID, version: int) -> str:
    """What names one state of one user and, as no id is ever used twice, never another one's.

    postgres.py makes the same of a row.
    """
    state = user_id.bytes + version.to_bytes(8, "big")
    return hashlib.sha256(state).digest()[:_TAG_BYTES].hex()


def etag(user: User) -> str:
    """A strong tag: equal tags are equal bytes. Opaque: nothing can be read from it."""
    return f'"{tag_of(user.id, user.version)}"'


def wanted_tags(if_match: str | None) -> list[str] | None:
    """The tags that If-Match allows; None for any. Weak tags match nothing.

    Raises InvalidInput for text that is no list of entity tags: to ignore it would be unsafe.
    """
    if if_match is None:
        return None
    if not _TAGS.fullmatch(if_match.strip()):
        raise InvalidInput(
            "If-Match must be * or a list of ETags in their quotes.", parameter="If-Match"
        )
    if if_match.strip() == "*":
        return None
    return [tag for weak, tag in _TAG.findall(if_match) if not weak]


def is_known(if_none_match: str | None, user: User) -> bool:
    """Whether the caller has this state already: weak comparison, as reads use."""
    if if_none_match is None:
        return False
    if if_none_match.strip() == "*":
        return True
    return tag_of(user.id, user.version) in {tag for _, tag in _TAG.findall(if_none_match)}

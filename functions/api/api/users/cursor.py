"""The cursor of a list: opaque to callers, checked when it comes back."""

import base64
import binascii
import hashlib
import struct
from datetime import UTC, datetime, timedelta
from uuid import UUID

from api.errors import InvalidInput
from api.users.service import ListPlace

_LAYOUT = struct.Struct(">q16s6s")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LAST = datetime(9999, 12, 31, tzinfo=UTC) - _EPOCH
_FOREIGN = "This is no cursor of this list. Send next_cursor as it came, or none to begin again."
_OTHER_ROLE = (
    "This cursor belongs to a list of another role."
    " Ask for the role of the page before, or send no cursor to begin again."
)


def write_cursor(place: ListPlace, role: str | None) -> str:
    """The place after which to go on, and the filter it belongs to."""
    microseconds = (place.created_at - _EPOCH) // timedelta(microseconds=1)
    packed = _LAYOUT.pack(microseconds, place.id.bytes, _filter(role))
    return base64.urlsafe_b64encode(packed).decode("ascii")


def read_cursor(cursor: str, role: str | None) -> ListPlace:
    """Raises InvalidInput for anything that `write_cursor` did not make for this filter."""
    try:
        packed = base64.b64decode(cursor.encode("ascii"), altchars=b"-_", validate=True)
        microseconds, identifier, made_for = _LAYOUT.unpack(packed)
    except (UnicodeEncodeError, binascii.Error, struct.error):
        raise InvalidInput(_FOREIGN, parameter="cursor") from None
    if not 0 <= microseconds <= _LAST // timedelta(microseconds=1):
        raise InvalidInput(_FOREIGN, parameter="cursor")
    if made_for != _filter(role):
        raise InvalidInput(_OTHER_ROLE, parameter="cursor")
    return ListPlace(_EPOCH + timedelta(microseconds=microseconds), UUID(bytes=identifier))


def _filter(role: str | None) -> bytes:
    text = b"" if role is None else b"=" + role.encode()
    return hashlib.blake2b(text, digest_size=6).digest()

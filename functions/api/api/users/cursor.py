"""The cursor of a list: opaque to callers, checked when it comes back."""

import base64
import binascii
import hashlib
import struct
from datetime import UTC, datetime, timedelta
from uuid import UUID

from api.errors import InvalidInput
from api.users.listing import DEFAULT_SORT, ListPlace, ListRequest

_LAYOUT = struct.Struct(">q16s6s")
_TIME = struct.Struct(">q")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LAST = (datetime(9999, 12, 31, tzinfo=UTC) - _EPOCH) // timedelta(microseconds=1)
_LONGEST = 4000
_FOREIGN = (
    "This is no cursor of this list. Send next_cursor as it came, with the role and the sort of the"
    " page before, or send no cursor to begin again."
)


def write_cursor(place: ListPlace, request: ListRequest) -> str:
    """The place after which to go on, and the filter and order that it belongs to."""
    packed = _LAYOUT.pack(_microseconds(place.created_at), place.id.bytes, _made_for(request))
    if isinstance(place.key, datetime):
        packed += _TIME.pack(_microseconds(place.key))
    elif place.key is not None:
        packed += place.key.encode()
    return base64.urlsafe_b64encode(packed).decode("ascii")


def read_cursor(cursor: str, request: ListRequest) -> ListPlace:
    """Raises InvalidInput for what `write_cursor` did not make for this filter and order."""
    if len(cursor) > _LONGEST:
        raise _foreign()
    try:
        packed = base64.b64decode(cursor.encode("ascii"), altchars=b"-_", validate=True)
        created_at, identifier, made_for = _LAYOUT.unpack(packed[: _LAYOUT.size])
        if made_for != _made_for(request):
            raise _foreign()
        key = _read_key(packed[_LAYOUT.size :], request)
    except (UnicodeError, binascii.Error, struct.error):
        raise _foreign() from None
    return ListPlace(_time(created_at), UUID(bytes=identifier), key)


def _read_key(packed: bytes, request: ListRequest) -> datetime | str | None:
    if request.field == "created_at":
        if packed:
            raise _foreign()
        return None
    if request.field == "updated_at":
        return _time(*_TIME.unpack(packed))
    text = packed.decode("utf-8")
    if "\0" in text:
        raise _foreign()
    return text


def _microseconds(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(microseconds=1)


def _time(microseconds: int) -> datetime:
    if not 0 <= microseconds <= _LAST:
        raise _foreign()
    return _EPOCH + timedelta(microseconds=microseconds)


def _foreign() -> InvalidInput:
    return InvalidInput(_FOREIGN, parameter="cursor")


def _made_for(request: ListRequest) -> bytes:
    text = b"" if request.role is None else b"=" + request.role.encode()
    # A cursor of the default order is what it was before there were others.
    if request.sort != DEFAULT_SORT:
        text += b"\0" + request.sort.encode()
    return hashlib.blake2b(text, digest_size=6).digest()

"""What makes two attempts to create a user the same one (draft-ietf-httpapi-idempotency-key)."""

import hashlib
import json
import re
import uuid
from dataclasses import dataclass

from api.errors import InvalidInput
from api.users.models import NewUser

HEADER = "Idempotency-Key"
KEY_PATTERN = "^[!-~]{1,255}$"

_KEY = re.compile(KEY_PATTERN)
_DAY = 24 * 60 * 60
# A key that only the driver's own repeat can use, which follows within seconds.
_SHORTLY = 10 * 60
_DIGEST_BYTES = 16


@dataclass(frozen=True, slots=True)
class IdempotencyKey:
    """`digest` names one creation; `is_callers` if the caller chose the key and can send it again.

    `lifetime`: for how many seconds it is remembered at least.
    """

    digest: bytes
    is_callers: bool

    @property
    def lifetime(self) -> int:
        return _DAY if self.is_callers else _SHORTLY

    @property
    def lock(self) -> int:
        """For PostgreSQL's advisory locks: a signed number of 64 bits."""
        return int.from_bytes(self.digest[:8], "big", signed=True)

    def fingerprint(self, new: NewUser) -> bytes:
        """Equal for equal users under this key, and of no use without it."""
        return _hashed([new.name, new.email, new.role], key=self.digest)


def idempotency_key(given: str | None, *, caller: str) -> IdempotencyKey:
    """Each caller's keys are its own: another one's never meets them. None: a new key.

    Raises InvalidInput for text that is no key.
    """
    if given is None:
        return IdempotencyKey(uuid.uuid4().bytes, is_callers=False)
    if not _KEY.fullmatch(given):
        raise InvalidInput(f"{HEADER} must be 1 to 255 visible ASCII characters.", parameter=HEADER)
    return IdempotencyKey(_hashed([caller, given]), is_callers=True)


def _hashed(texts: list[str], key: bytes = b"") -> bytes:
    whole = json.dumps(texts).encode()
    return hashlib.blake2b(whole, digest_size=_DIGEST_BYTES, key=key).digest()

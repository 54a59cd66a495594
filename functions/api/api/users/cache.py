"""Users in Redis: a value never replaces a newer one, and a write leaves a tombstone."""

import hashlib
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext

from pydantic import ValidationError
from redis import Redis, RedisError

from api.breaker import CircuitBreaker
from api.errors import CacheUnavailable
from api.network.deadline import own_deadline
from api.network.secrets import LoginUnreadable
from api.tracing import span
from api.users.models import EmailKey, StoredUser, User
from api.users.revisions import Revisions

# Raise when the payload changes its shape: a deployment never reads another one's.
_SCHEMA = 1
# Longer than any request lives: a reader that is late finds the tombstone, not a gap.
_TOMBSTONE_MS = 60_000
_MAX_OWED = 1000
# One call may cost 70 ms, connecting included, and a read makes two: a broken cache adds less than
# 150 ms.
CALL_SECONDS = 0.07
# Reading its secret: once per environment, and again when a password is refused.
SECRET_SECONDS = 1.0

# A stored value is `revision|json`; a tombstone is `revision|`.
_PUT = """
local known = redis.call('GET', KEYS[1])
if known and tonumber(string.match(known, '^(%d+)|') or 0) > tonumber(ARGV[1]) then return 0 end
redis.call('SET', KEYS[1], ARGV[1] .. '|' .. ARGV[2], 'PX', ARGV[3])
return 1"""
_BURY = """
local known = redis.call('GET', KEYS[1])
if known and tonumber(string.match(known, '^(%d+)|') or 0) >= tonumber(ARGV[1]) then return 0 end
redis.call('SET', KEYS[1], ARGV[1] .. '|', 'PX', ARGV[2])
return 1"""


class RedisUsers:
    """Raises CacheUnavailable, at once while the breaker is open."""

    def __init__(
        self,
        redis: "Redis",
        *,
        ttl_seconds: int,
        breaker: CircuitBreaker,
        call_seconds: float = CALL_SECONDS,
        prepare: Callable[[], None] | None = None,
    ) -> None:
        """`prepare` runs before each call, outside its limit; it raises LoginUnreadable."""
        self._redis = redis
        self._prepare = prepare
        self._ttl_seconds = ttl_seconds
        self._breaker = breaker
        self._call_seconds = call_seconds
        # Tombstones that could not be written; nothing is read before they are.
        self._owed: dict[str, int] = {}
        self._seen = Revisions()

    def close(self) -> None:
        self._redis.close()

    def check(self) -> None:
        """Raises CacheUnavailable when Redis does not answer, whatever the breaker says."""
        with self._call("ping"):
            self._redis.ping()

    def get(self, key: EmailKey) -> User | None:
        """None for a state older than one that this process has seen, too."""
        name = _name(key)
        with self._guarded("get"):
            if self._owed:
                self._bury(self._owed)
                self._owed.clear()
            held = self._redis.get(name)
        stored = _read(held)
        if stored is None or self._seen.is_old(name, stored.revision):
            return None
        self._seen.raise_to(name, stored.revision)
        return stored.user

    def remember(self, key: EmailKey, revision: int | None) -> None:
        """What the truth was when it was read; None: there is no such user. Asks no Redis."""
        self._seen.set(_name(key), revision)

    def put(self, key: EmailKey, stored: StoredUser) -> None:
        jitter = random.uniform(0.9, 1.1)  # noqa: S311 # nosec B311 # spreads expiry, protects nothing
        milliseconds = int(self._ttl_seconds * 1000 * jitter)
        with self._guarded("put"):
            self._redis.eval(
                _PUT, 1, _name(key), stored.revision, stored.user.model_dump_json(), milliseconds
            )

    def drop(self, keys: Sequence[EmailKey], *, revision: int) -> None:
        """What cannot be dropped now is dropped before this process reads again."""
        self.drop_many(dict.fromkeys(keys, revision))

    def drop_many(self, revisions: Mapping[EmailKey, int]) -> None:
        """As `drop`, each key at its own revision, in one round trip."""
        names = {_name(key): revision for key, revision in revisions.items()}
        for name, revision in names.items():
            self._seen.raise_to(name, revision)
        try:
            with self._guarded("drop"):
                self._bury(names)
        except CacheUnavailable:
            # Told out of order, the newest still counts.
            self._owed |= {name: max(new, self._owed.get(name, 0)) for name, new in names.items()}
            while len(self._owed) > _MAX_OWED:
                # The TTL and SearchSyncFunction bound what is forgotten here.
                del self._owed[next(iter(self._owed))]
            raise

    def _bury(self, names: dict[str, int]) -> None:
        pipeline = self._redis.pipeline(transaction=False)
        for name, revision in names.items():
            pipeline.eval(_BURY, 1, name, revision, _TOMBSTONE_MS)
        pipeline.execute()

    @contextmanager
    def _guarded(self, operation: str) -> Iterator[None]:
        if self._breaker.is_open:
            raise CacheUnavailable("Redis is left alone for a while.")
        with self._call(operation, self._breaker.watch()):
            yield

    @contextmanager
    def _call(
        self, operation: str, watch: AbstractContextManager[None] | None = None
    ) -> Iterator[None]:
        try:
            with watch or nullcontext():
                if self._prepare is not None:
                    self._prepare()
                traced = span("Redis", operation, namespace="remote")
                with own_deadline(self._call_seconds), traced:
                    yield
        except LoginUnreadable as error:
            said = "The login of Redis cannot be read."
            raise CacheUnavailable(said, code=error.code) from error
        except (RedisError, OSError) as error:
            raise CacheUnavailable("Redis does not answer.") from error


def _name(key: EmailKey) -> str:
    digest = hashlib.blake2b(key.encode(), digest_size=16).hexdigest()
    return f"user:{_SCHEMA}:{digest}"


def _read(held: object) -> StoredUser | None:
    """None for a tombstone, and for bytes that are not ours."""
    if not isinstance(held, bytes):
        return None
    revision, _, payload = held.partition(b"|")
    if not payload or not revision.isdigit():
        return None
    try:
        return StoredUser(User.model_validate_json(payload), int(revision))
    except ValidationError:
        return None

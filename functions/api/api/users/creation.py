"""Creating a user in PostgreSQL: one statement, which done twice has done it once."""

from datetime import datetime
from uuid import UUID

from api.correlation import trace_header
from api.database.connection import ConstraintViolated, Database
from api.database.session import Row
from api.errors import CreationInProgress, DatabaseUnavailable, EmailTaken, IdempotencyKeyReused
from api.users.idempotency import IdempotencyKey
from api.users.models import NewUser, User, email_key
from api.users.rows import COLUMNS, stored_user
from api.users.service import Creation

# Whoever holds the lock is at it; the key's row outlives the user, so a repeat undoes no deletion.
_CREATE = f"""
WITH turn AS MATERIALIZED (
    SELECT pg_try_advisory_xact_lock(CAST(:lock AS bigint)) AS is_ours
), claimed AS (
    INSERT INTO idempotency_keys (digest, fingerprint, user_id, expires_at)
    SELECT :digest, :fingerprint, gen_random_uuid(),
        now() + CAST(:lifetime AS int) * interval '1 second'
    FROM turn WHERE is_ours
    ON CONFLICT (digest) DO NOTHING
    RETURNING user_id
), written AS (
    INSERT INTO users (id, name, email, email_key, role)
    SELECT user_id, :name, :email, :key, :role FROM claimed
    RETURNING {COLUMNS}
), queued AS (
    INSERT INTO search_outbox (user_id, revision, email_keys, trace)
    SELECT id, revision, ARRAY[CAST(:key AS text)], CAST(:trace AS text) FROM written
)
SELECT is_ours, known.fingerprint = :fingerprint, known.user_id, known.created_at, written.*
FROM turn LEFT JOIN written ON true LEFT JOIN idempotency_keys known ON known.digest = :digest"""  # noqa: S608 # nosec B608 # column names only

_FORGET = """
DELETE FROM idempotency_keys WHERE digest IN (
    SELECT digest FROM idempotency_keys WHERE expires_at < now() LIMIT 50000
) RETURNING 1"""


def create(database: Database, new: NewUser, key: IdempotencyKey) -> Creation:
    """Raises EmailTaken, IdempotencyKeyReused, CreationInProgress or DatabaseUnavailable."""
    for _ in range(2):
        is_ours, is_same, user_id, created_at, *written = _attempt(database, new, key)
        if written[0] is not None:
            stored = stored_user(written)
            return Creation(stored.user, stored.revision)
        if is_same is False:
            raise IdempotencyKeyReused("This Idempotency-Key was sent with another user before.")
        if is_same:
            return Creation(_as_created(user_id, created_at, new), None)
        if not is_ours:
            break
        # Another attempt was committed after this statement had begun: the next one sees it.
    if key.is_callers:
        raise CreationInProgress("A request with this Idempotency-Key is being processed.")
    raise DatabaseUnavailable("The database is still at an attempt that was cut off.")


def forget_expired(database: Database) -> int:
    """Returns how many keys are forgotten now. Raises DatabaseUnavailable."""
    return len(database.run(_FORGET, repeatable=True))


def _attempt(database: Database, new: NewUser, key: IdempotencyKey) -> Row:
    try:
        rows = database.run(
            _CREATE,
            repeatable=True,
            lock=key.lock,
            digest=key.digest,
            fingerprint=key.fingerprint(new),
            lifetime=key.lifetime,
            name=new.name,
            email=new.email,
            key=email_key(new.email),
            role=new.role,
            trace=trace_header(),
        )
    except ConstraintViolated as violation:
        raise EmailTaken("Another user has this email.") from violation
    return rows[0]


def _as_created(user_id: UUID, created_at: datetime, new: NewUser) -> User:
    """The first answer again: what was sent then is what is sent now."""
    return User(
        id=user_id,
        name=new.name,
        email=new.email,
        role=new.role,
        created_at=created_at,
        updated_at=created_at,
        version=1,
    )

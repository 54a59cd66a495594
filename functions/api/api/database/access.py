"""The PostgreSQL user of the functions: it reads and writes rows and can change no table."""

import base64

from scramp import ScramMechanism

from api.database.session import Session
from api.network.secrets import Login

# %1$I is the user, %2$L what is kept of its password. Every table and sequence that a request or
# the relay touches is here; the tests run as this user and find what a new migration forgot.
_ACCESS = """ ROLE %1$I LOGIN PASSWORD %2$L;
GRANT SELECT, INSERT, UPDATE, DELETE ON users, search_outbox TO %1$I;
GRANT SELECT, INSERT, DELETE ON idempotency_keys TO %1$I;
GRANT USAGE ON SEQUENCE users_revision TO %1$I"""


def grant_access(session: Session, login: Login) -> None:
    """Makes the user, or gives it the password that its rotated secret has now; repeatable.

    Raises DatabaseError when the session's own user may not create roles.
    """
    known = session.run("SELECT 1 FROM pg_roles WHERE rolname = :name", name=login.user)
    # These statements take no parameters, so PostgreSQL quotes the values first.
    ((script,),) = session.run(
        "SELECT format(:script, CAST(:user AS text), CAST(:verifier AS text))",
        script=("ALTER" if known else "CREATE") + _ACCESS,
        user=login.user,
        verifier=_verifier(login.password),
    )
    session.run_script(script)


def _verifier(password: str) -> str:
    """What PostgreSQL keeps of a password: the password itself is never sent and never logged.

    Source: PostgreSQL's pg_authid, after RFC 5803.
    """
    salt, stored_key, server_key, iterations = ScramMechanism().make_auth_info(password)
    salt, stored_key, server_key = (
        base64.b64encode(part).decode() for part in (salt, stored_key, server_key)
    )
    return f"SCRAM-SHA-256${iterations}:{salt}${stored_key}:{server_key}"

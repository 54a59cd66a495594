"""What a session must be set to: no default of a server, a database or a role is relied on."""

from collections.abc import Mapping

# Names and values as PostgreSQL has them. A name that a server is too old to know is left out.
_PARAMETERS: Mapping[str, str] = {
    # Which tables the statements mean.
    "search_path": "public, pg_temp",
    # How the driver reads and writes text, times, numbers and bytes.
    "client_encoding": "UTF8",
    "standard_conforming_strings": "on",
    "timezone": "UTC",
    "datestyle": "ISO, YMD",
    "intervalstyle": "postgres",
    "extra_float_digits": "1",
    "bytea_output": "hex",
    # A write that waits for another one then goes by what that one left, and is kept once told.
    "default_transaction_isolation": "read committed",
    "default_transaction_read_only": "off",
    "synchronous_commit": "on",
    # An index search leaves nothing out, and a refused statement does not end the session.
    "gin_fuzzy_search_limit": "0",
    "exit_on_error": "off",
    # Only the limit on a statement ends one; waiting for a lock is part of it.
    "lock_timeout": "0",
    "transaction_timeout": "0",
    "idle_in_transaction_session_timeout": "30000",
    # An environment that Lambda keeps without work gives its connection back: after a burst they
    # would fill the server until each has ended. The next request logs in again.
    "idle_session_timeout": "30000",
}


def set_parameters(statement_timeout: float) -> str:
    """One statement without parameters, for the simple protocol. The limit is in seconds."""
    wanted = {**_PARAMETERS, "statement_timeout": str(int(statement_timeout * 1000))}
    values = ", ".join(f"('{name}', '{value}')" for name, value in wanted.items())
    # Named with their schema: what search_path says does not hold yet.
    return f"""
SELECT pg_catalog.set_config(name, value, false) FROM (VALUES {values}) AS wanted (name, value)
WHERE pg_catalog.current_setting(name, true) IS NOT NULL"""  # noqa: S608 # nosec B608 # constants only

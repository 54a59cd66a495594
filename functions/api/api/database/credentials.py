"""What to log in to PostgreSQL with, in the database's own words where it cannot be read."""

from collections.abc import Iterator

from api.errors import DatabaseUnavailable
from api.network.secrets import Login, Logins, LoginUnreadable


def database_logins(logins: Logins) -> Logins:
    """The same; what is returned raises DatabaseUnavailable when a secret cannot be read."""

    def read() -> Iterator[Login]:
        try:
            yield from logins()
        except LoginUnreadable as error:
            said = "The database's credentials cannot be read."
            raise DatabaseUnavailable(said, code=error.code) from error

    return read

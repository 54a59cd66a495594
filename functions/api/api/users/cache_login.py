"""What to log in to Redis with, as its secret is rotated."""

from redis import AuthenticationError
from redis.credentials import CredentialProvider

from api.network.secrets import Login, Logins


class CacheLogin(CredentialProvider):
    """What to log in with, read before a call's limit begins: reading takes longer than a call may.

    A login that Redis refuses is not tried again before another one was.
    """

    def __init__(self, logins: Logins) -> None:
        self._logins = logins
        self._login: Login | None = None
        self._refused: Login | None = None

    def prepare(self) -> None:
        """Reads the secret where there is no login. Raises LoginUnreadable, AuthenticationError."""
        if self._login is not None:
            return
        self._login = next((one for one in self._logins() if one != self._refused), None)
        if self._login is None:
            raise AuthenticationError("Redis knows no password that the secret has or had")

    def get_credentials(self) -> tuple[str] | tuple[str, str]:
        """As AUTH takes them."""
        self.prepare()
        assert self._login is not None
        user, password = self._login.user, self._login.password
        return (user, password) if user else (password,)

    def refuse(self) -> None:
        """Redis does not take what was given last."""
        self._login, self._refused = None, self._login

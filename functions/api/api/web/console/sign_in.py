"""Where people sign in to the console: the hosted page of a user pool of Cognito."""

from dataclasses import dataclass

_SCOPE = "openid users/read users/write datasets/read datasets/write"


@dataclass(frozen=True)
class SignIn:
    """`url` is the pool's domain, as in https://name.auth.eu-west-1.amazoncognito.com.

    The client is a public one: the page proves itself by PKCE (RFC 7636), for it can keep no
    secret.
    """

    url: str
    client_id: str

    def describe(self) -> dict[str, str]:
        """What the page needs to know."""
        return {"url": self.url, "client_id": self.client_id, "scope": _SCOPE}

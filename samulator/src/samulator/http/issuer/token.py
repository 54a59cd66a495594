"""Signs tokens as Cognito does, and reads them."""

import json
import time
import uuid
from collections.abc import Mapping
from typing import Any

from samulator.http.authorizers.jwt_authorizer import InvalidToken
from samulator.issuer_keys import ALGORITHM, IssuerKeys

SUBJECT = "00000000-0000-4000-8000-000000000000"


class Tokens:
    """Tokens of the issuer at `issuer`, a URL."""

    def __init__(self, keys: IssuerKeys, issuer: str) -> None:
        self._keys = keys
        self.issuer = issuer
        self._known: Any = None

    def sign(self, claims: Mapping[str, Any], *, seconds: int = 3600) -> str:
        """Return a token with these claims, which replace those that every token has."""
        from joserfc import jwt  # see issuer_keys

        now = int(time.time())
        (key,) = self._keys.private().keys
        usual = {
            "iss": self.issuer,
            "sub": SUBJECT,
            "iat": now,
            "auth_time": now,
            "exp": now + seconds,
            "jti": str(uuid.uuid4()),
        }
        header = {"alg": ALGORITHM, "kid": key.kid, "typ": "JWT"}
        return jwt.encode(header, {**usual, **claims}, key)

    def claims(self, token: str) -> Mapping[str, Any]:
        """Return the claims of a token whose signature is right. Raises InvalidToken."""
        from joserfc import jwt  # see issuer_keys
        from joserfc.errors import JoseError

        if self._known is None:
            self._known = self._keys.known()
        try:
            decoded = jwt.decode(token, self._known, algorithms=[ALGORITHM])
        except (JoseError, ValueError) as error:
            raise InvalidToken(f"no token of this machine's issuer ({_reason(error)})") from error
        return dict(decoded.claims)


def parse_claim(text: str) -> tuple[str, Any]:
    """Return name and value of `name=value`, the value read as JSON where it is any.

    Raises ValueError.
    """
    name, separator, value = text.partition("=")
    if not separator or not name:
        raise ValueError(f"{text!r} is no name=value")
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value


def _reason(error: Exception) -> str:
    return " ".join(str(error).split()).replace('"', "'")

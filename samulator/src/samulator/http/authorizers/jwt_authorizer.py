"""Checks tokens as JWT authorizers and user pool authorizers do.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html
"""

import asyncio
import time
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from samulator.http.authorizers.decision import Asked, Denied, Grant, GrantedBy, Refusal
from samulator.http.authorizers.identity import identity_of
from samulator.template.model_http import JwtAuthorizer

_COGNITO = "https://cognito-idp."
_REMEDY = "samulator token prints one"


class InvalidToken(Exception):
    """No token that this machine made; the message says why."""


class TokenReader(Protocol):
    """Reads the tokens of this machine's issuers."""

    @property
    def issuer(self) -> str:
        """Return the URL of the local issuer."""

    def claims(self, token: str) -> Mapping[str, Any]:
        """Return the claims of a token whose signature is right. Raises InvalidToken."""


class JwtAuthorizers:
    """Lets in whoever has a token of a local issuer; `clock` gives Unix time.

    With `optional` a request without a token passes, without claims.
    """

    def __init__(
        self,
        tokens: TokenReader,
        *,
        optional: bool = False,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._tokens = tokens
        self._optional = optional
        self._clock = clock

    async def authorize(
        self, authorizer: JwtAuthorizer, scopes: tuple[str, ...], asked: Asked
    ) -> Grant:
        """Return the grant. Raises Denied."""
        identity = identity_of(asked, (authorizer.identity_source,))
        if identity is None:
            if self._optional:
                return Grant()
            wanted = authorizer.identity_source
            raise Denied(Refusal.UNAUTHORIZED, f"no token in {wanted}; {_REMEDY}")
        try:
            # The first token waits for the library, and sometimes for a key: nobody else does.
            claims = await asyncio.to_thread(self._tokens.claims, _without_scheme(identity[0]))
            self._check(authorizer, claims)
            if authorizer.is_cognito:
                _check_use(scopes, claims)
        except InvalidToken as error:
            challenge = f'scope="{" ".join(scopes)}" error="invalid_token"'
            raise Denied(
                Refusal.UNAUTHORIZED,
                f"{error}; {_REMEDY}",
                f'{challenge} error_description="{error}"',
            ) from error
        kind = GrantedBy.COGNITO if authorizer.is_cognito else GrantedBy.JWT
        return Grant(kind, claims, str(claims.get("sub", "")), _granted(scopes, claims))

    def _check(self, authorizer: JwtAuthorizer, claims: Mapping[str, Any]) -> None:
        now = self._clock()
        if not isinstance(claims.get("exp"), int | float) or claims["exp"] <= now:
            raise InvalidToken("the token has expired")
        for name in ("nbf", "iat"):
            if isinstance(claims.get(name), int | float) and claims[name] > now + 1:
                raise InvalidToken(f"the token's {name} lies ahead")
        issuer = str(claims.get("iss", ""))
        known = {self._tokens.issuer, authorizer.issuer} - {""}
        if issuer not in known and not issuer.startswith(_COGNITO):
            raise InvalidToken(f"the token's issuer is {issuer or 'not named'}")
        if authorizer.audience:
            said = claims.get("aud", claims.get("client_id"))
            named = said if isinstance(said, list) else [said]
            if not set(map(str, named)) & set(authorizer.audience):
                raise InvalidToken(
                    f"the token's audience is not {' or '.join(authorizer.audience)}"
                )


def _check_use(scopes: tuple[str, ...], claims: Mapping[str, Any]) -> None:
    """A user pool's authorizer takes ID tokens where no scopes are asked for, else access tokens.

    Tokens that do not say what they are for, as those of `samulator token`, pass.
    Raises InvalidToken. https://repost.aws/knowledge-center/api-gateway-cognito-401-unauthorized
    """
    use = claims.get("token_use")
    if use == "access" and not scopes:
        raise InvalidToken(
            "the token is an access token, which counts where a route has AuthorizationScopes; "
            "send the ID token"
        )
    if use == "id" and scopes:
        raise InvalidToken(
            "the token is an ID token; a route with AuthorizationScopes takes the access token"
        )


def _granted(scopes: tuple[str, ...], claims: Mapping[str, Any]) -> list[str] | None:
    """The route's scopes that the token has; one is enough."""
    if not scopes:
        return None
    said = claims.get("scope", claims.get("scp", ""))
    held = said if isinstance(said, list) else str(said).split()
    found = [scope for scope in scopes if scope in held]
    if not found:
        wanted = " ".join(scopes)
        raise Denied(
            Refusal.ACCESS_DENIED,
            f"the token has none of the scopes {wanted}; samulator token --scope {scopes[0]}",
            f'scope="{wanted}" error="insufficient_scope"',
        )
    return found


def _without_scheme(value: str) -> str:
    scheme, separator, token = value.partition(" ")
    return token.strip() if separator and scheme.lower() == "bearer" else value

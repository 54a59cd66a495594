"""Lets a request through the guard of its route."""

from samulator.http.authorizers.decision import Asked, Grant
from samulator.http.authorizers.jwt_authorizer import JwtAuthorizers
from samulator.http.authorizers.lambda_authorizer import LambdaAuthorizers
from samulator.template.model_http import Guard, JwtAuthorizer, LambdaAuthorizer

NOBODY = Grant()


class Authorizers:
    """All authorizers of one API."""

    def __init__(self, by_function: LambdaAuthorizers, by_token: JwtAuthorizers) -> None:
        self._by_function = by_function
        self._by_token = by_token

    async def authorize(self, guard: Guard, asked: Asked) -> Grant:
        """Return who is let in. Raises Denied."""
        match guard.authorizer:
            case LambdaAuthorizer() as authorizer:
                return await self._by_function.authorize(authorizer, asked)
            case JwtAuthorizer() as authorizer:
                return await self._by_token.authorize(authorizer, guard.scopes, asked)
            case _:
                return NOBODY

"""Asks the function of a Lambda authorizer, or remembers what it said.

https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-use-lambda-authorizer.html
https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html
"""

import json
import re
import time
from collections.abc import Callable
from typing import Any

from samulator.http.authorizers.decision import Asked, Denied, Grant, GrantedBy, Refusal
from samulator.http.authorizers.identity import identity_of
from samulator.http.authorizers.policy import InvalidPolicy, evaluate
from samulator.http.gateway.invoking import FunctionFailed, HttpInvoker, NoResult, run
from samulator.template.model_http import LambdaAuthorizer

_TIMEOUT_SECONDS = 29.0
_UNAUTHORIZED = "Unauthorized"
_MOST_KEPT = 1_000


class LambdaAuthorizers:
    """The Lambda authorizers of one API; `clock` gives seconds."""

    def __init__(
        self, functions: HttpInvoker, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._functions = functions
        self._clock = clock
        self._kept: dict[tuple[str, ...], tuple[float, dict[str, Any]]] = {}

    async def authorize(self, authorizer: LambdaAuthorizer, asked: Asked) -> Grant:
        """Return the grant. Raises Denied."""
        identity = identity_of(asked, authorizer.identity_sources)
        if identity is None:
            wanted = ", ".join(authorizer.identity_sources)
            raise Denied(Refusal.UNAUTHORIZED, f"authorizer {authorizer.name} wants {wanted}")
        if authorizer.takes_token:
            _validate(authorizer, identity[0])
        key = (authorizer.name, *identity)
        result = self._remembered(key)
        if result is None:
            result = await self._ask(authorizer, asked, identity)
            if authorizer.ttl > 0 and identity:
                self._keep(key, result, authorizer.ttl)
        return _grant(authorizer, asked, result)

    def _remembered(self, key: tuple[str, ...]) -> dict[str, Any] | None:
        until, result = self._kept.get(key, (0.0, {}))
        return result if until > self._clock() else None

    def _keep(self, key: tuple[str, ...], result: dict[str, Any], seconds: float) -> None:
        """The oldest makes room: whoever sends ever new tokens fills no memory."""
        if len(self._kept) >= _MOST_KEPT:
            del self._kept[next(iter(self._kept))]
        self._kept[key] = (self._clock() + seconds, result)

    async def _ask(
        self, authorizer: LambdaAuthorizer, asked: Asked, identity: list[str]
    ) -> dict[str, Any]:
        if not authorizer.function:
            raise Denied(
                Refusal.AUTHORIZER_CONFIGURATION_ERROR,
                f"authorizer {authorizer.name} is no function of this template",
            )
        payload = json.dumps(_event(authorizer, asked, identity), separators=(",", ":")).encode()
        try:
            answer = await run(self._functions, authorizer.function, payload, _TIMEOUT_SECONDS)
        except FunctionFailed as error:
            raise _failure(authorizer, error) from error
        except NoResult as error:
            raise Denied(Refusal.AUTHORIZER_FAILURE, f"{authorizer.name}: {error}") from error
        result = json.loads(answer)
        if not isinstance(result, dict):
            raise _misconfigured(authorizer, "returned no object")
        return result


def _validate(authorizer: LambdaAuthorizer, token: str) -> None:
    """The token does not reach the function where the template's expression does not match it."""
    if authorizer.validation and not re.fullmatch(authorizer.validation, token):
        problem = f"the token does not match {authorizer.validation!r} of {authorizer.name}"
        raise Denied(Refusal.UNAUTHORIZED, problem)


def _event(authorizer: LambdaAuthorizer, asked: Asked, identity: list[str]) -> dict[str, Any]:
    if authorizer.takes_token:
        return {
            "type": "TOKEN",
            "methodArn": asked.method_arn,
            "authorizationToken": identity[0],
        }
    event = asked.event(authorizer.payload)
    for key in ("body", "isBase64Encoded"):
        event.pop(key, None)
    if authorizer.payload == "2.0":
        said: dict[str, Any] = {"routeArn": asked.method_arn, "identitySource": identity}
        return {"version": "2.0", "type": "REQUEST", **said, **event}
    if event.pop("version", None) is not None:
        joined = ",".join(identity)
        own = {"version": "1.0", "identitySource": joined, "authorizationToken": joined}
        return {"type": "REQUEST", "methodArn": asked.method_arn, **own, **event}
    return {"type": "REQUEST", "methodArn": asked.method_arn, **event}


def _failure(authorizer: LambdaAuthorizer, error: FunctionFailed) -> Denied:
    """A function refuses by raising an error of this very text."""
    raised = json.loads(error.payload)
    if isinstance(raised, dict) and raised.get("errorMessage") == _UNAUTHORIZED:
        return Denied(Refusal.UNAUTHORIZED, f"authorizer {authorizer.name} raised Unauthorized")
    return Denied(Refusal.AUTHORIZER_FAILURE, f"authorizer {authorizer.name} failed: {error}")


def _grant(authorizer: LambdaAuthorizer, asked: Asked, result: dict[str, Any]) -> Grant:
    context = _context(authorizer, result)
    if authorizer.simple_responses:
        if not isinstance(result.get("isAuthorized"), bool):
            raise _misconfigured(authorizer, "returned no isAuthorized")
        if not result["isAuthorized"]:
            raise Denied(Refusal.ACCESS_DENIED, f"authorizer {authorizer.name} said no")
        return Grant(GrantedBy.LAMBDA, context)
    principal = result.get("principalId")
    if not isinstance(principal, str) or not principal:
        raise _misconfigured(authorizer, "returned no principalId")
    _require_permission(authorizer, asked.method_arn, result.get("policyDocument"))
    return Grant(GrantedBy.LAMBDA, context, principal, key=result.get("usageIdentifierKey"))


def _context(authorizer: LambdaAuthorizer, result: dict[str, Any]) -> dict[str, Any]:
    context = result.get("context") or {}
    if not isinstance(context, dict):
        raise _misconfigured(authorizer, "returned a context that is no object")
    if authorizer.payload == "1.0" and any(isinstance(v, dict | list) for v in context.values()):
        raise _misconfigured(authorizer, "returned a context that is more than text and numbers")
    return context


def _require_permission(authorizer: LambdaAuthorizer, method_arn: str, document: object) -> None:
    try:
        allowed = evaluate(document, method_arn)
    except InvalidPolicy as error:
        raise _misconfigured(authorizer, f"returned a wrong policy: {error}") from error
    if not allowed:
        refusal = Refusal.ACCESS_DENIED if allowed is None else Refusal.EXPLICITLY_DENIED
        raise Denied(refusal, f"the policy of {authorizer.name} does not allow {method_arn}")


def _misconfigured(authorizer: LambdaAuthorizer, problem: str) -> Denied:
    return Denied(Refusal.AUTHORIZER_CONFIGURATION_ERROR, f"authorizer {authorizer.name} {problem}")

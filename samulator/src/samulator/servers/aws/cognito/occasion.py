"""One request to a user pool, as the triggers that it sets off see it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from samulator.servers.aws.cognito.calling import TriggerCalls
from samulator.servers.aws.cognito.pool_events import NO_CLIENT, Caller, pool_event

if TYPE_CHECKING:
    from moto.cognitoidp.models import (
        CognitoIdpUser,
        CognitoIdpUserPool,
        CognitoIdpUserPoolClient,
    )
    from moto.cognitoidp.responses import CognitoIdpResponse


@dataclass(frozen=True)
class Occasion:
    """`pool` is the one that is named or that has the client, None where moto will find none."""

    request: "CognitoIdpResponse"
    pool: "CognitoIdpUserPool | None"
    calls: TriggerCalls

    def parameter(self, name: str) -> Any:  # noqa: ANN401 - as a client sent it
        return self.request._get_param(name)

    def user(self, name: object) -> "CognitoIdpUser | None":
        return self.pool._get_user(str(name)) if self.pool is not None else None

    def call(
        self,
        source: str,
        user_name: str,
        asked: Mapping[str, Any],
        response: Mapping[str, Any] | None = None,
    ) -> Mapping[str, Any]:
        """Return what the trigger of a source answers, nothing where the pool has none.

        Its name is the first part of the source. Raises TriggerFailed.
        """
        trigger = source.partition("_")[0]
        if self.pool is None or not configured(self.pool).get(trigger):
            return {}
        client = str(self.parameter("ClientId") or NO_CLIENT)
        caller = Caller(self.pool.region, self.pool.id, user_name, client)
        event = pool_event(source, caller, asked, response or {})
        return self.calls.response(trigger, str(configured(self.pool)[trigger]), event)


def configured(pool: "CognitoIdpUserPool") -> Mapping[str, Any]:
    """Return the LambdaConfig of a pool."""
    config: Mapping[str, Any] = pool.extended_config.get("LambdaConfig") or {}
    return config


def pool_of(request: "CognitoIdpResponse") -> "CognitoIdpUserPool | None":
    """Return the pool that a request is about."""
    pool_id, client_id = request._get_param("UserPoolId"), request._get_param("ClientId")
    if pool_id:
        named: CognitoIdpUserPool | None = request.backend.user_pools.get(pool_id)
        return named
    backend = request._get_region_agnostic_backend()._find_backend_for_clientid(client_id)
    pools = backend.user_pools.values()
    return next((pool for pool in pools if client_id in pool.clients), None)


def client_of(request: "CognitoIdpResponse") -> "CognitoIdpUserPoolClient | None":
    """Return the client that a request names."""
    pool = pool_of(request)
    return None if pool is None else pool.clients.get(request._get_param("ClientId"))


def client_of_token(request: "CognitoIdpResponse") -> "CognitoIdpUserPoolClient | None":
    """Return the client that the access token of a request was given to."""
    token = request._get_param("AccessToken")
    backend = request._get_region_agnostic_backend()._find_backend_by_access_token(token)
    for pool in backend.user_pools.values():
        if token in pool.access_tokens:
            return pool.clients.get(pool.access_tokens[token][0])
    return None


def attributes_of(user: "CognitoIdpUser") -> dict[str, str]:
    """Return a user's attributes as events have them."""
    status = getattr(user.status, "value", user.status)
    return {**flat(user.attributes), "cognito:user_status": str(status)}


def flat(listed: Any) -> dict[str, str]:  # noqa: ANN401 - as a client sent it
    """Return a list of names and values as a mapping."""
    return {str(each["Name"]): str(each.get("Value", "")) for each in listed or ()}

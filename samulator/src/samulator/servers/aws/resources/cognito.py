"""User pools of Cognito, their clients, groups and users."""

from collections.abc import Mapping
from typing import Any

from samulator.servers.aws.config import ACCOUNT_ID
from samulator.servers.aws.resources.api import Api
from samulator.template.model import Resource
from samulator.template.names import made_up_hash

_COGNITO = "cognito-idp"


def create_user_pool(resource: Resource, api: Api) -> None:
    properties = resource.properties
    wanted = {
        **properties,
        "PoolName": resource.name,
    }
    pool = api.call(_COGNITO, "create_user_pool", wanted)["UserPool"]
    _name_pool(pool["Id"], resource.physical_id or pool["Id"], api.region)


def create_client(resource: Resource, api: Api) -> None:
    properties = resource.properties
    wanted = {**properties, "ClientName": resource.name}
    client = api.call(_COGNITO, "create_user_pool_client", wanted)["UserPoolClient"]
    _name_client(client, resource, api.region)


def create_user(resource: Resource, api: Api) -> None:
    """Nobody is written to from this machine."""
    wanted = {"Username": resource.name, **resource.properties, "MessageAction": "SUPPRESS"}
    api.call(_COGNITO, "admin_create_user", wanted)


def create_group(resource: Resource, api: Api) -> None:
    api.call(_COGNITO, "create_group", {"GroupName": resource.name, **resource.properties})


def _name_pool(made: str, wanted: str, region: str) -> None:
    """Gives a pool the id that the template's references to it have."""
    pools = _pools(region)
    pool = pools.pop(made)
    pool.arn = pool.arn.replace(pool.id, wanted)
    pool.id = wanted
    pools[wanted] = pool


def _name_client(made: Mapping[str, Any], resource: Resource, region: str) -> None:
    """Gives a client the id and the secret that the template's references to it have."""
    wanted = resource.physical_id or made["ClientId"]
    clients = _pools(region)[made["UserPoolId"]].clients
    client = clients.pop(made["ClientId"])
    client.id = wanted
    client.secret = made_up_hash(resource.logical_id)
    clients[wanted] = client


def _pools(region: str) -> dict[str, Any]:
    from moto.cognitoidp.models import cognitoidp_backends

    pools: dict[str, Any] = cognitoidp_backends[ACCOUNT_ID][region].user_pools
    return pools

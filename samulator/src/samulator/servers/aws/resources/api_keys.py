"""Keys of API Gateway, for whoever asks for their values: the doors know theirs without it."""

from samulator.servers.aws.config import ACCOUNT_ID
from samulator.servers.aws.resources.api import Api
from samulator.template.api_keys import value_of
from samulator.template.model import Resource


def create_api_key(resource: Resource, api: Api) -> None:
    wanted = {**resource.properties, "Name": resource.name, "Value": value_of(resource)}
    made = api.call("apigateway", "create_api_key", wanted)
    _name_key(made["id"], resource.physical_id or made["id"], api.region)


def _name_key(made: str, wanted: str, region: str) -> None:
    """Gives a key the id that the template's references to it have."""
    from moto.apigateway.models import apigateway_backends

    backend = apigateway_backends[ACCOUNT_ID][region]
    key = backend.keys.pop(made)
    key.id = wanted
    backend.keys[wanted] = key

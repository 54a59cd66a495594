"""Keys of KMS and their aliases."""

from samulator.servers.aws.config import ACCOUNT_ID
from samulator.servers.aws.resources.api import Api
from samulator.template.model import Resource


def create_key(resource: Resource, api: Api) -> None:
    properties = resource.properties
    made = api.call("kms", "create_key", {**properties, "Policy": properties.get("KeyPolicy")})
    made_id = made["KeyMetadata"]["KeyId"]
    key_id = resource.physical_id or made_id
    _name_key(made_id, key_id, api.region)
    if properties.get("EnableKeyRotation") in (True, "true"):
        api.call("kms", "enable_key_rotation", {"KeyId": key_id})


def create_alias(resource: Resource, api: Api) -> None:
    wanted = {
        "AliasName": resource.properties["AliasName"],
        "TargetKeyId": resource.properties["TargetKeyId"],
    }
    api.call("kms", "create_alias", wanted)


def _name_key(made: str, wanted: str, region: str) -> None:
    """Gives a key the id that the template's references to it have."""
    from moto.kms.models import kms_backends

    backend = kms_backends[ACCOUNT_ID][region]
    key = backend.keys.pop(made)
    key.arn = key.arn.replace(key.id, wanted)
    key.id = wanted
    backend.keys[wanted] = key

"""Secrets of Secrets Manager, also those whose value is made when the stack is."""

import json
from collections.abc import Mapping
from typing import Any

from samulator.servers.aws.config import ACCOUNT_ID
from samulator.servers.aws.resources.api import Api
from samulator.template.model import Resource


def create_secret(resource: Resource, api: Api) -> None:
    properties = resource.properties
    wanted = {
        "Name": resource.name,
        "Description": properties.get("Description"),
        "KmsKeyId": properties.get("KmsKeyId"),
        "SecretString": properties.get("SecretString"),
        "Tags": properties.get("Tags"),
    }
    if generate := properties.get("GenerateSecretString"):
        wanted["SecretString"] = _generated(generate, api)
    api.call("secretsmanager", "create_secret", wanted)
    if resource.physical_id:
        _name_secret(resource, api.region)


def _name_secret(resource: Resource, region: str) -> None:
    """Gives a secret the ARN that the template's references to it have."""
    from moto.secretsmanager.models import secretsmanager_backends

    secret = secretsmanager_backends[ACCOUNT_ID][region].secrets[resource.name]
    secret.arn = resource.physical_id


def _generated(generate: Mapping[str, Any], api: Api) -> str:
    """A password alone, or as one more member of a JSON object that the template begins."""
    password = api.call("secretsmanager", "get_random_password", generate)["RandomPassword"]
    if "SecretStringTemplate" not in generate:
        return str(password)
    begun = json.loads(generate["SecretStringTemplate"])
    return json.dumps(begun | {generate["GenerateStringKey"]: password})

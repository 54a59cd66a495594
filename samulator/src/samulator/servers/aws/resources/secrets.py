"""Secrets of Secrets Manager, also those whose value is made when the stack is."""

from samulator.servers.aws.config import ACCOUNT_ID
from samulator.servers.aws.resources.api import Api
from samulator.template.generated_secret import generated_secret
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
        wanted["SecretString"] = generated_secret(resource.name, generate)
    api.call("secretsmanager", "create_secret", wanted)
    if resource.physical_id:
        _name_secret(resource, api.region)


def _name_secret(resource: Resource, region: str) -> None:
    """Gives a secret the ARN that the template's references to it have."""
    from moto.secretsmanager.models import secretsmanager_backends

    secret = secretsmanager_backends[ACCOUNT_ID][region].secrets[resource.name]
    secret.arn = resource.physical_id

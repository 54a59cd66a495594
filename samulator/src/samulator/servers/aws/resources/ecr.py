"""Repositories of ECR."""

from samulator.servers.aws.resources.api import Api
from samulator.template.model import Resource


def create_repository(resource: Resource, api: Api) -> None:
    """In lower case, which is all that its names may have."""
    wanted = {**resource.properties, "repositoryName": resource.name.lower()}
    api.call("ecr", "create_repository", wanted)

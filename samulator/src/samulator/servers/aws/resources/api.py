"""What makers of resources call AWS's services with."""

from collections.abc import Mapping
from typing import Any, Protocol


class Incomplete(Exception):
    """A resource is there, without something that the message names."""


class Api(Protocol):
    """What makes a resource."""

    region: str

    def call(
        self, service: str, operation: str, parameters: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        """Calls `operation` (boto3's name of it) with `parameters` made to fit.

        Raises BotoCoreError, ClientError and ValueError.
        """
        ...

"""Sends records of invokes and dead letters to whatever an ARN names."""

import asyncio
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from samulator.events.destinations.sending import (
    SENDERS,
    Clients,
    Letter,
    dead_letter,
    record_letter,
)
from samulator.functions.invocation import NotDelivered
from samulator.template.model import Destination


class Destinations:
    """Each call returns when the destination has it; raises NotDelivered."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients

    async def send(self, destination: Destination, record: Mapping[str, Any]) -> None:
        """The record of an asynchronous invoke, or of records of a stream that are given up."""
        await self._deliver(destination.arn, record_letter(record))

    async def bury(
        self, destination: Destination, payload: bytes, request_id: str, error: str
    ) -> None:
        """An event that its function could not handle, with why."""
        await self._deliver(destination.arn, dead_letter(payload, request_id, error))

    async def _deliver(self, arn: str, letter: Letter) -> None:
        service = arn.split(":")[2] if arn.count(":") >= 5 else ""
        sender = SENDERS.get(service)
        if sender is None:
            raise NotDelivered(f"{arn or 'nothing'} is no destination of this machine")
        try:
            await asyncio.to_thread(sender, self._clients, arn, letter)
        except (BotoCoreError, ClientError, ValueError) as error:
            raise NotDelivered(str(error)) from error

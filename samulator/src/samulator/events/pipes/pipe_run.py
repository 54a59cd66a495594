"""Carries batches of a pipe's source through its enrichment to its target."""

import asyncio
import json
import logging
import uuid
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from samulator.events.local_client import LocalClients
from samulator.events.pipes.pipe_input import pipe_event, transformed
from samulator.events.schedule.targets import ScheduleTargets
from samulator.functions.host import Invoker
from samulator.functions.invocation import Invocation, NotDelivered, NotInvoked, Trigger
from samulator.template.model import Value
from samulator.template.model_pipe import Pipe, PipeStep

_logger = logging.getLogger(__name__)
_LOOK_SECONDS = 0.1
# How the senders of schedules call what pipes call otherwise.
_PARAMETERS = {
    "EventBridgeEventBusParameters": "EventBridgeParameters",
    "KinesisStreamParameters": "KinesisParameters",
    "SqsQueueParameters": "SqsParameters",
}


class PipeRun:
    """Takes the place of a function behind a source: an invocation that fails is tried again."""

    def __init__(self, pipe: Pipe, invoker: Invoker, clients: LocalClients) -> None:
        self._pipe = pipe
        self._invoker = invoker
        self._clients = clients
        self._targets = ScheduleTargets(clients)

    async def invoke(
        self,
        name: str,
        payload: bytes,
        *,
        client_context: str | None = None,  # noqa: ARG002 the seam has it
        trigger: Trigger = Trigger.INVOKE,
        trace: str | None = None,  # noqa: ARG002 a poller has none
    ) -> Invocation:
        """Carry the records of an event to the target."""
        events: list[Value] = [pipe_event(each) for each in json.loads(payload)["Records"]]
        try:
            if self._pipe.enrichment is not None:
                events = await self._enriched(self._pipe.enrichment, events)
            if events:
                await self._deliver(self._pipe.target, events)
        except (NotDelivered, NotInvoked, BotoCoreError, ClientError, ValueError) as error:
            _logger.warning("pipe %s: %s", self._pipe.name, error)
            said = json.dumps({"errorMessage": str(error)}).encode()
            return Invocation(name, str(uuid.uuid4()), said, "Unhandled", "error", trigger=trigger)
        return Invocation(name, str(uuid.uuid4()), b"", trigger=trigger)

    async def invoke_event(
        self, name: str, payload: bytes, *, trigger: Trigger = Trigger.INVOKE
    ) -> str:
        """Do the same; no source asks for it."""
        return (await self.invoke(name, payload, trigger=trigger)).request_id

    async def _enriched(self, step: PipeStep, events: list[Value]) -> list[Value]:
        """What the enrichment answers; nothing goes on where it is empty."""
        payload = _payload(step, events)
        if _service(step) == "lambda":
            answer: Value = json.loads(await self._call(step.arn, payload) or "null")
        else:
            answer = await self._execute(step.arn, payload)
        if not answer:
            return []
        return answer if isinstance(answer, list) else [answer]

    async def _execute(self, arn: str, payload: str) -> Value:
        """An express machine may take minutes, in which no request should stay open."""
        client = self._clients("stepfunctions")
        started = await asyncio.to_thread(
            client.start_execution, stateMachineArn=arn, input=payload
        )
        told = {"executionArn": started["executionArn"]}
        while (done := await asyncio.to_thread(client.describe_execution, **told))[
            "status"
        ] == "RUNNING":
            await asyncio.sleep(_LOOK_SECONDS)
        if done["status"] != "SUCCEEDED":
            raise NotDelivered(f"{arn}: {done['status']} {done.get('cause', '')}")
        return json.loads(done["output"])

    async def _deliver(self, step: PipeStep, events: list[Value]) -> None:
        """Functions and state machines get the batch, others each event."""
        service = _service(step)
        if service == "lambda":
            told = step.parameters.get("LambdaFunctionParameters") or {}
            if told.get("InvocationType") == "FIRE_AND_FORGET":
                await self._invoker.invoke_event(step.arn, _payload(step, events).encode())
            else:
                await self._call(step.arn, _payload(step, events))
        elif service == "states":
            await self._targets.send({"Arn": step.arn}, _payload(step, events))
        else:
            target = {"Arn": step.arn, **_renamed(step.parameters)}
            for event in events:
                value = transformed(step.template, event)
                await self._targets.send(
                    target, value if isinstance(value, str) else json.dumps(value)
                )

    async def _call(self, arn: str, payload: str) -> str:
        done = await self._invoker.invoke(arn, payload.encode(), trigger=Trigger.PIPE)
        if done.function_error:
            raise NotDelivered(f"{arn}: {done.payload.decode(errors='replace')[:300]}")
        return done.payload.decode()


def _payload(step: PipeStep, events: list[Value]) -> str:
    return json.dumps([transformed(step.template, event) for event in events])


def _service(step: PipeStep) -> str:
    return step.arn.split(":")[2]


def _renamed(parameters: Mapping[str, Any]) -> dict[str, Any]:
    return {_PARAMETERS[name]: value for name, value in parameters.items() if name in _PARAMETERS}

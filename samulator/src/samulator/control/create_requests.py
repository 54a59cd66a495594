"""Has the functions of custom resources make them, as CloudFormation does with a new stack.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-requesttypes-create.html
"""

import asyncio
import json
import uuid
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from samulator.functions.host import Invoker
from samulator.functions.invocation import NotInvoked, Trigger
from samulator.http.custom_answers import CustomAnswers
from samulator.servers.aws.resources.problem import Problem
from samulator.template.custom_resources import makers, waiting
from samulator.template.model import Application, Resource, Value
from samulator.template.model_custom_resource import Answer, Answers
from samulator.template.names import stack_arn

# CloudFormation waits for an hour, and nobody at a terminal does.
_SECONDS = 60.0
_LARGEST_ANSWER = 4096
# Lambda's own most: who has more is one whom somebody may stop at a breakpoint.
_LONGEST_FUNCTION = 900


class NotMade(Exception):
    """A custom resource is not there; the message says why."""


@dataclass(frozen=True)
class Made:
    """What came of all custom resources: their answers, and a line for each problem."""

    answers: Answers
    lines: Sequence[str]


@dataclass(frozen=True)
class CreateRequests:
    """`learn` reads the template with one answer more, which functions then have, and `declare`
    makes resources of AWS and returns a line for each that could not be made wholly. `url` is
    where `door` answers.
    """

    functions: Invoker
    door: CustomAnswers
    url: str
    learn: Callable[[Answers], Application]
    declare: Callable[[Sequence[Resource]], Awaitable[list[str]]]
    _invoking: set[asyncio.Task[None]] = field(default_factory=set)

    async def make(self, application: Application) -> Made:
        """Make custom resources, and what depends on them, in the order of their dependencies."""
        answers: dict[str, Answer] = {}
        lines: list[str] = []
        functions, late = makers(application), waiting(application)
        pending: list[str] = []
        known = application
        for logical_id in application.resources:
            if logical_id not in functions:
                pending += [logical_id] if logical_id in late else []
                continue
            lines += await self._declare(known, pending)
            pending.clear()
            resource = known.resources[logical_id]
            try:
                function = functions[logical_id]
                timeout = application.functions[function].timeout
                seconds = timeout if timeout > _LONGEST_FUNCTION else _seconds(resource)
                answer = await self._answer(resource, function, known.region, seconds)
            except NotMade as error:
                lines.append(Problem(resource, str(error), is_there=False).line)
            else:
                answers[logical_id] = answer
                known = self.learn(answers)
        lines += await self._declare(known, pending)
        return Made(answers, lines)

    async def _declare(self, known: Application, logical_ids: Sequence[str]) -> list[str]:
        resources = [known.resources[logical_id] for logical_id in logical_ids]
        return await self.declare(resources) if resources else []

    async def _answer(
        self, resource: Resource, function: str, region: str, seconds: float
    ) -> Answer:
        """Raises NotMade."""
        request_id = str(uuid.uuid4())
        path, answered = self.door.expect(request_id)
        event = {
            "RequestType": "Create",
            "ServiceToken": resource.properties.get("ServiceToken"),
            "ResponseURL": f"{self.url}{path}",
            "StackId": stack_arn(region, *resource.logical_id.split("-")[:-1]),
            "RequestId": request_id,
            "LogicalResourceId": resource.logical_id.rpartition("-")[2],
            "ResourceType": resource.type,
            "ResourceProperties": _texts(resource.properties),
        }
        invoking = asyncio.create_task(self._invoke(function, event, answered))
        # It may go on when it has answered; the loop holds no task.
        self._invoking.add(invoking)
        invoking.add_done_callback(self._invoking.discard)
        try:
            async with asyncio.timeout(seconds):
                body = await answered
        except TimeoutError as error:
            raise NotMade(
                f"{function} has not answered to its ResponseURL within {seconds:g} s, "
                "a ServiceTimeout gives it longer"
            ) from error
        return _read(body, function)

    async def _invoke(
        self, function: str, event: dict[str, Any], answered: asyncio.Future[bytes]
    ) -> None:
        """Ends the waiting where the function fails before it answers."""
        try:
            result = await self.functions.invoke(
                function, json.dumps(event, default=str).encode(), trigger=Trigger.START
            )
        except NotInvoked as error:
            problem = str(error)
        else:
            if result.function_error is None:
                return
            problem = f"{function} failed: {result.cause}"
        if not answered.done():
            answered.set_exception(NotMade(problem))


def _seconds(resource: Resource) -> float:
    try:
        return float(resource.properties.get("ServiceTimeout", _SECONDS))
    except (TypeError, ValueError):
        return _SECONDS


def _texts(value: Value) -> Value:
    """CloudFormation sends numbers and truths as texts."""
    if isinstance(value, dict):
        return {str(key): _texts(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_texts(each) for each in value]
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _read(body: bytes, function: str) -> Answer:
    """Raises NotMade."""
    if len(body) > _LARGEST_ANSWER:
        raise NotMade(f"{function} answered with {len(body)} bytes, AWS takes {_LARGEST_ANSWER}")
    try:
        answer = json.loads(body)
    except ValueError as error:
        raise NotMade(f"{function} answered with what is no JSON: {error}") from error
    if not isinstance(answer, dict) or answer.get("Status") not in ("SUCCESS", "FAILED"):
        raise NotMade(f"{function} answered without a Status, which is SUCCESS or FAILED")
    if answer["Status"] == "FAILED":
        raise NotMade(f"{function} answered FAILED: {answer.get('Reason') or 'without a Reason'}")
    physical_id, data = answer.get("PhysicalResourceId"), answer.get("Data")
    if not isinstance(physical_id, str) or not physical_id:
        raise NotMade(f"{function} answered without a PhysicalResourceId")
    return Answer(physical_id, data if isinstance(data, dict) else {})

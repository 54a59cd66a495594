"""What functions of custom resources answer, and what counts as no answer, over a real socket."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from samulator.control.create_requests import CreateRequests, Made
from samulator.functions.invocation import Invocation
from samulator.http.custom_answers import CustomAnswers
from samulator.http.server.answer import Answer as HttpAnswer
from samulator.http.server.origin import OriginPolicy
from samulator.http.server.server import Refusal, bound_port, serve
from samulator.template.load import load_application
from samulator.template.model import Application, Resource
from samulator.template.model_custom_resource import Answer
from testkit.sam_template import sam_template

TEMPLATE = """
    Resources:
      F:
        Type: AWS::Lambda::Function
        Properties: {Runtime: python3.11, Handler: a.b, Code: code, Role: r, Timeout: 900}
      Made: {Type: Custom::Made, Properties: {ServiceToken: !GetAtt F.Arn}}
"""
RIGHT = {"Status": "SUCCESS", "PhysicalResourceId": "p", "Data": {"a": 1}}


class Elsewhere:
    """The interface beside the answers."""

    policy = OriginPolicy()

    async def answer(self, _request: web.BaseRequest) -> web.StreamResponse:
        return HttpAnswer(status=404)

    def refuse(self, _request: web.BaseRequest, refusal: Refusal) -> web.Response:
        return HttpAnswer(status=refusal.status)


class Answering:
    """Functions that PUT what a test says, the first of it counts."""

    def __init__(self, *bodies: bytes) -> None:
        self._bodies = bodies
        self.statuses: list[int] = []

    async def invoke(self, name: str, payload: bytes, **_options: Any) -> Invocation:
        url = json.loads(payload)["ResponseURL"]
        async with aiohttp.ClientSession() as client:
            for body in self._bodies:
                async with client.put(url, data=body) as answer:
                    self.statuses.append(answer.status)
            async with client.put(url.replace("?", "-?"), data=b"") as answer:
                self.statuses.append(answer.status)
        return Invocation(name, "id", b"null")

    async def invoke_event(self, name: str, payload: bytes, **_options: Any) -> str:
        raise NotImplementedError


@pytest.fixture
def application(tmp_path: Path) -> Application:
    (tmp_path / "code").mkdir()
    (tmp_path / "template.yaml").write_text(sam_template(TEMPLATE))
    return load_application(tmp_path / "template.yaml")


def make(
    application: Application,
    functions: Answering,
    learned: list[Mapping[str, Answer]] | None = None,
) -> Made:
    async def run() -> Made:
        door = CustomAnswers(Elsewhere())
        runner = await serve(door, "127.0.0.1", 0)

        def learn(answers: Mapping[str, Answer]) -> Application:
            if learned is not None:
                learned.append({**answers})
            return application

        async def declare(_resources: Sequence[Resource]) -> list[str]:
            return []

        url = f"http://127.0.0.1:{bound_port(runner)}"
        try:
            made = await CreateRequests(functions, door, url, learn, declare).make(application)
            others = asyncio.all_tasks() - {asyncio.current_task()}
            await asyncio.wait(others, timeout=30)
            return made
        finally:
            await runner.cleanup()

    return asyncio.run(run())


def test_the_first_answer_counts_and_other_paths_are_others(application: Application) -> None:
    functions = Answering(json.dumps(RIGHT).encode(), b"late")

    made = make(application, functions)

    assert made.answers == {"Made": Answer("p", {"a": 1})}
    assert made.lines == []
    assert functions.statuses == [200, 200, 404]


@pytest.mark.parametrize(("body", "times"), [(RIGHT, 1), ({"Status": "FAILED"}, 0)])
def test_the_template_is_read_again_for_each_answer_alone(
    application: Application, body: Mapping[str, Any], times: int
) -> None:
    learned: list[Mapping[str, Answer]] = []
    make(application, Answering(json.dumps(body).encode()), learned)
    assert learned == [{"Made": Answer("p", {"a": 1})}] * times


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"no", "F answered with what is no JSON: Expecting value: line 1 column 1 (char 0)"),
        (b"[]", "F answered without a Status, which is SUCCESS or FAILED"),
        (b'{"Status": "success"}', "F answered without a Status, which is SUCCESS or FAILED"),
        (b'{"Status": "SUCCESS"}', "F answered without a PhysicalResourceId"),
        (b'{"Status": "FAILED"}', "F answered FAILED: without a Reason"),
        (b" " * 4097, "F answered with 4097 bytes, AWS takes 4096"),
    ],
)
def test_what_is_no_answer_is_one_line(application: Application, body: bytes, reason: str) -> None:
    made = make(application, Answering(body))
    assert made.lines == [f"Made (Custom::Made) is not there: {reason}"]
    assert made.answers == {}


def test_who_stands_at_a_breakpoint_is_waited_for(application: Application) -> None:
    """As --debug has a function: with a day of time."""
    functions = Answering(json.dumps(RIGHT).encode())
    made = application.resources["Made"]
    hurried = replace(made, properties={**made.properties, "ServiceTimeout": 0})
    impatient = replace(application, resources={**application.resources, "Made": hurried})
    stopped = {"F": replace(application.functions["F"], timeout=86400.0)}

    assert "within 0 s" in make(impatient, functions).lines[0]
    assert make(replace(impatient, functions=stopped), functions).lines == []

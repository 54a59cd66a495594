"""Pipes lead what a queue or a stream has to functions, queues and state machines."""

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from samulator.events.local_client import LocalClients
from samulator.events.pipes.pollers import pipe_pollers
from samulator.template.model import Application, SqsTrigger
from samulator.template.model_pipe import Pipe, PipeStep
from samulator.template.model_stream import StreamTrigger
from testkit.event_app import ACCOUNT, REGION, EventApp
from testkit.timing import wait_until

Working = Callable[[Pipe], AbstractContextManager[None]]


@pytest.fixture
def working(app: EventApp) -> Working:
    def working(pipe: Pipe) -> AbstractContextManager[None]:
        application = replace(Application({}, {}, {}, {}), pipes=(pipe,))
        clients = LocalClients(app.server.url, REGION)
        (poller,) = pipe_pollers(application, app.functions.functions, clients)
        return app.working(poller)

    return working


def step(arn: str, template: str | None = None, **parameters: Any) -> PipeStep:
    return PipeStep(arn, template, parameters)


def machine(app: EventApp, state: dict[str, Any], kind: str = "STANDARD") -> str:
    """The ARN of a new machine of one state."""
    made: str = app.client("stepfunctions").create_state_machine(
        name=f"m-{uuid4().hex}",
        definition=json.dumps({"StartAt": "A", "States": {"A": state}}),
        roleArn=f"arn:aws:iam::{ACCOUNT}:role/any",
        type=kind,
    )["stateMachineArn"]
    return made


def sent(app: EventApp, *bodies: object) -> str:
    """The name of a new queue with these messages."""
    arn = app.queue()
    name = arn.rsplit(":", 1)[1]
    url = app.client("sqs").get_queue_url(QueueName=name)["QueueUrl"]
    for body in bodies:
        app.client("sqs").send_message(QueueUrl=url, MessageBody=json.dumps(body))
    return name


def test_a_function_gets_the_batch_as_a_list(app: EventApp, working: Working) -> None:
    about = uuid4().hex
    pipe = Pipe("P", SqsTrigger("P", sent(app, {"about": about})), step(app.function_arn("First")))
    with working(pipe):
        (event,) = app.event("First", about)

    assert json.loads(event["body"]) == {"about": about}
    assert event["eventSource"] == "aws:sqs"


def test_only_what_a_filter_takes_goes_on(app: EventApp, working: Working) -> None:
    about, target = uuid4().hex, app.queue()
    name = sent(app, {"kind": "a", "about": about}, {"kind": "b", "about": about})
    source = SqsTrigger("P", name, filters=('{"body": {"kind": ["b"]}}',))
    with working(Pipe("P", source, step(target, '{"only": <$.body.kind>}'))):
        (message,) = app.messages_once_there(target)

    assert json.loads(message["Body"]) == {"only": "b"}


def test_an_enrichment_is_asked_first_and_its_answer_goes_on(
    app: EventApp, working: Working
) -> None:
    about, target = uuid4().hex, app.queue()
    source = SqsTrigger("P", sent(app, {"about": about}))
    asked = step(app.function_arn("First"), '{"asked": "<$.body.about>"}')
    with working(Pipe("P", source, step(target), asked)):
        (message,) = app.messages_once_there(target)

    # The function answers with what it gets.
    assert json.loads(message["Body"]) == {"asked": about}


def test_an_express_state_machine_enriches(app: EventApp, working: Working) -> None:
    about, target = uuid4().hex, app.queue()
    choice = {"Type": "Pass", "Result": [{"rich": about}], "End": True}
    source = SqsTrigger("P", sent(app, {"about": about}))
    with working(Pipe("P", source, step(target), step(machine(app, choice, "EXPRESS")))):
        (message,) = app.messages_once_there(target)
    assert json.loads(message["Body"]) == {"rich": about}


def test_a_state_machine_starts_with_the_batch(app: EventApp, working: Working) -> None:
    machines, about = app.client("stepfunctions"), uuid4().hex
    arn = machine(app, {"Type": "Pass", "End": True})
    with working(Pipe("P", SqsTrigger("P", sent(app, {"about": about})), step(arn))):
        wait_until(lambda: machines.list_executions(stateMachineArn=arn)["executions"])

    (execution,) = machines.list_executions(stateMachineArn=arn)["executions"]
    told = machines.describe_execution(executionArn=execution["executionArn"])["input"]
    assert json.loads(json.loads(told)[0]["body"]) == {"about": about}


def test_records_of_a_stream_are_flat_and_their_data_can_be_reached(
    app: EventApp, working: Working
) -> None:
    kinesis, target, name = app.client("kinesis"), app.queue(), f"s-{uuid4().hex}"
    kinesis.create_stream(StreamName=name, ShardCount=1)
    kinesis.put_record(StreamName=name, Data=b'{"drop": 3}', PartitionKey="k")
    source = StreamTrigger("P", f"arn:aws:kinesis:{REGION}:{ACCOUNT}:stream/{name}")
    template = '{"key": "<$.partitionKey>", "drop": <$.data.drop>}'
    with working(Pipe("P", source, step(target, template))):
        (message,) = app.messages_once_there(target)

    assert json.loads(message["Body"]) == {"key": "k", "drop": 3}


def test_a_batch_that_its_target_refuses_is_tried_again(app: EventApp, working: Working) -> None:
    about = uuid4().hex
    missing = f"arn:aws:sqs:{REGION}:{ACCOUNT}:late-{about}"
    name = sent(app, {"about": about})
    url = app.client("sqs").get_queue_url(QueueName=name)["QueueUrl"]
    app.client("sqs").set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "1"})
    with working(Pipe("P", SqsTrigger("P", name), step(missing))):
        wait_until(lambda: _received(app, url))
        target = app.queue(f"late-{about}")
        (message,) = app.messages_once_there(target)

    assert about in message["Body"]


def _received(app: EventApp, url: str) -> bool:
    """Whether the pipe has the message."""
    told = app.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["All"])
    return told["Attributes"]["ApproximateNumberOfMessagesNotVisible"] == "1"

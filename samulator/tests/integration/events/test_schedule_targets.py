"""What a schedule calls besides functions, on the real process of AWS's services."""

import asyncio
import json
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest

from samulator.events.schedule.clockwork import Clockwork
from samulator.events.schedule.targets import ScheduleTargets
from samulator.functions.invocation import NotDelivered
from samulator.template.model import ScheduleTrigger
from testkit.event_app import ACCOUNT, REGION, EventApp
from testkit.sqs_double import SetClock


@pytest.fixture
def send(app: EventApp) -> Callable[..., None]:
    def send(arn: str, text: str, **target: Any) -> None:
        asyncio.run(ScheduleTargets(app.client).send({"Arn": arn, **target}, text))

    return send


def test_a_queue_gets_the_text(app: EventApp, send: Callable[..., None]) -> None:
    queue = app.queue()
    send(queue, '{"a": 1}')
    assert [message["Body"] for message in app.messages(queue)] == ['{"a": 1}']


def test_an_api_gets_the_text_at_its_door(app: EventApp) -> None:
    """The Lambda endpoint stands for a door: it answers to a path that names a function."""
    route = "Api/Prod/POST/2015-03-31/functions/*/invocations"
    target = {
        "Arn": f"arn:aws:execute-api:{REGION}:{ACCOUNT}:{route}",
        "HttpParameters": {"PathParameterValues": ["First"]},
    }
    targets = ScheduleTargets(app.client, {"Api": app.functions.lambda_url})
    mark = uuid4().hex

    asyncio.run(targets.send(target, json.dumps({"mark": mark})))

    assert app.event("First", mark) == {"mark": mark}
    gone = {"Arn": f"arn:aws:execute-api:{REGION}:{ACCOUNT}:Api/Prod/POST/nothing"}
    with pytest.raises(NotDelivered, match="/nothing answers 404"):
        asyncio.run(targets.send(gone, "{}"))


def test_a_fifo_queue_gets_the_same_text_each_time(
    app: EventApp, send: Callable[..., None]
) -> None:
    queue = app.queue(f"q-{uuid4().hex}.fifo", FifoQueue="true")
    for _ in range(2):
        send(queue, "tick", SqsParameters={"MessageGroupId": "g"})
    assert [message["Body"] for message in app.messages(queue)] == ["tick", "tick"]


def test_a_topic_a_bus_and_a_state_machine_get_it(app: EventApp, send: Callable[..., None]) -> None:
    queue = app.queue()
    topic = app.client("sns").create_topic(Name=f"t-{uuid4().hex}")["TopicArn"]
    app.client("sns").subscribe(
        TopicArn=topic, Protocol="sqs", Endpoint=queue, Attributes={"RawMessageDelivery": "true"}
    )
    send(topic, "hello")
    assert [message["Body"] for message in app.messages(queue)] == ["hello"]

    events, bus = app.client("events"), f"b-{uuid4().hex}"
    arn = events.create_event_bus(Name=bus)["EventBusArn"]
    events.put_rule(Name=bus, EventBusName=bus, EventPattern='{"source": ["clock"]}')
    events.put_targets(Rule=bus, EventBusName=bus, Targets=[{"Id": "q", "Arn": queue}])
    send(arn, '{"n": 1}', EventBridgeParameters={"Source": "clock", "DetailType": "Tick"})
    (message,) = app.messages(queue)
    event = json.loads(message["Body"])
    assert (event["detail-type"], event["detail"]) == ("Tick", {"n": 1})

    machine = app.client("stepfunctions").create_state_machine(
        name=f"m-{uuid4().hex}",
        definition=json.dumps({"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}),
        roleArn=f"arn:aws:iam::{ACCOUNT}:role/any",
    )["stateMachineArn"]
    send(machine, "{}")
    assert len(app.client("stepfunctions").list_executions(stateMachineArn=machine)["executions"])


def test_a_delivery_stream_and_a_log_group_get_it(app: EventApp, send: Callable[..., None]) -> None:
    stream, group, logs = app.delivery_stream(), f"/g/{uuid4().hex}", app.client("logs")
    logs.create_log_group(logGroupName=group)

    send(stream, "tick")
    send(f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{group}:*", "tock")

    assert app.delivered(stream) == ["tick"]
    logged = logs.filter_log_events(logGroupName=group)["events"]
    assert [entry["message"] for entry in logged] == ["tock"]


def test_any_operation_of_a_service_is_called_with_the_input(
    app: EventApp, send: Callable[..., None]
) -> None:
    queue = app.queue()
    url = app.client("sqs").get_queue_url(QueueName=queue.rsplit(":", 1)[1])["QueueUrl"]
    text = json.dumps({"QueueUrl": url, "MessageBody": "called"})
    send("arn:aws:scheduler:::aws-sdk:sqs:sendMessage", text)
    assert [message["Body"] for message in app.messages(queue)] == ["called"]


def test_what_a_target_does_not_take_goes_to_its_dead_letter_queue(
    app: EventApp, send: Callable[..., None]
) -> None:
    dead, gone = app.queue(), f"arn:aws:sqs:{REGION}:{ACCOUNT}:gone"
    with pytest.raises(NotDelivered, match="gone"):
        send(gone, "lost", DeadLetterConfig={"Arn": dead})
    assert [message["Body"] for message in app.messages(dead)] == ["lost"]


def test_a_rule_that_is_due_calls_its_api_destination_and_no_other_rule(app: EventApp) -> None:
    """The Lambda endpoint stands for it."""
    events, name, other = app.client("events"), f"due-{uuid4().hex}", app.queue()
    key = {"ApiKeyAuthParameters": {"ApiKeyName": "x-key", "ApiKeyValue": "k"}}
    connection = events.create_connection(
        Name=name, AuthorizationType="API_KEY", AuthParameters=key
    )
    made = events.create_api_destination(
        Name=name,
        ConnectionArn=connection["ConnectionArn"],
        InvocationEndpoint=f"{app.functions.lambda_url}/2015-03-31/functions/First/invocations",
        HttpMethod="POST",
    )
    target = {"Id": "hook", "Arn": made["ApiDestinationArn"]}
    arn = events.put_rule(Name=name, ScheduleExpression="rate(1 minute)")["RuleArn"]
    events.put_targets(Rule=name, Targets=[target])
    events.put_rule(Name=f"{name}-all", EventPattern='{"source": ["aws.events"]}')
    events.put_targets(Rule=f"{name}-all", Targets=[{"Id": "q", "Arn": other}])
    trigger = ScheduleTrigger(name, "", "rate(1 minute)", target=target)
    targets = ScheduleTargets(app.client)
    clockwork = Clockwork(trigger, None, region=REGION, targets=targets, clock=SetClock())

    async def run_until_called() -> None:
        working = asyncio.create_task(clockwork.run())
        await asyncio.to_thread(app.event, "First", name)
        working.cancel()

    asyncio.run(run_until_called())
    event = app.event("First", name)
    assert (event["source"], event["detail-type"]) == ("aws.events", "Scheduled Event")
    assert event["resources"] == [arn]
    assert app.messages(other) == []


def test_a_rule_that_is_due_sends_what_its_target_asks_for(app: EventApp) -> None:
    queue = app.queue()
    transformer = {"InputPathsMap": {"at": "$.time"}, "InputTemplate": '{"due": <at>}'}
    trigger = ScheduleTrigger(
        "Tick", "", "rate(1 minute)", target={"Arn": queue, "InputTransformer": transformer}
    )
    clock = SetClock()
    clockwork = Clockwork(
        trigger, None, region=REGION, targets=ScheduleTargets(app.client), clock=clock
    )

    async def run_once() -> None:
        working = asyncio.create_task(clockwork.run())
        while not (found := await asyncio.to_thread(app.messages, queue)):
            await asyncio.sleep(0)
        working.cancel()
        bodies.append(found[0]["Body"])

    bodies: list[str] = []
    asyncio.run(run_once())
    assert datetime.fromisoformat(json.loads(bodies[0])["due"])

"""What must be seen after something was done: waited for, with a limit."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from foreign_apps.actions import queue_url
from foreign_apps.outcome import Outcome
from foreign_apps.running import Running
from testkit.timing import wait_until

Sight = Mapping[str, Any]


def must_see(app: Running, sight: Sight, outcome: Outcome) -> str:
    """Returns what was seen, for the table; raises AssertionError where it never comes."""
    kind = next(name for name in SIGHTS if name in sight)
    return SIGHTS[kind](app, sight, outcome)


def _status(_app: Running, sight: Sight, outcome: Outcome) -> str:
    assert outcome.status == sight["status"], f"{outcome.status} {outcome.body[:300]}"
    _has(outcome.body, sight)
    return f"{outcome.status} {sight.get('text', '')}".strip()


def _log(app: Running, sight: Sight, _outcome: Outcome) -> str:
    function = sight["log"]
    times = sight.get("times", 1)
    wait_until(
        lambda: app.log(function).count(sight["text"]) >= times,
        f"{function} never logs {sight['text']!r}; its log ends {app.log(function)[-600:]!r}",
    )
    for absent in sight.get("never", ()):
        assert absent not in app.log(function), f"{function} logged {absent!r}"
    return f"log of {function}: {sight['text']}"


def _item(app: Running, sight: Sight, _outcome: Outcome) -> str:
    table = app.name(sight["item"])
    client = app.client("dynamodb")

    def found() -> bool:
        items = client.scan(TableName=table)["Items"]
        return any(_is_in(sight["text"], json.dumps(item)) for item in items)

    wait_until(found, f"no item of {table} has {sight['text']!r}")
    return f"item of {sight['item']}: {sight['text']}"


def _message(app: Running, sight: Sight, _outcome: Outcome) -> str:
    """Each message is received once here and deleted, so that no second one is waited for."""
    client, url = app.client("sqs"), queue_url(app, sight["message"])
    seen: list[str] = []

    def received() -> bool:
        answer = client.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=1)
        for message in answer.get("Messages", []):
            seen.append(message["Body"])
            client.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return any(sight["text"] in body for body in seen)

    wait_until(received, f"no message of {url} has {sight['text']!r}, only {seen}")
    return f"message of {sight['message']}: {sight['text']}"


def _object(app: Running, sight: Sight, _outcome: Outcome) -> str:
    client, bucket = app.client("s3"), app.name(sight["object"])

    def there() -> bool:
        listed = client.list_objects_v2(Bucket=bucket, Prefix=sight["key"])
        return listed["KeyCount"] > 0

    wait_until(there, f"{bucket} never has {sight['key']}")
    body = client.get_object(Bucket=bucket, Key=sight["key"])["Body"].read().decode()
    _has(body, sight)
    return f"object {sight['key']}: {sight.get('text', '')}"


def _execution(app: Running, sight: Sight, outcome: Outcome) -> str:
    """The execution that the step started, or one of the machine `of` that an event started."""
    client = app.client("stepfunctions")

    def arns() -> list[str]:
        if "of" not in sight:
            return [outcome.body]
        wanted = app.name(sight["of"])
        machines = client.list_state_machines()["stateMachines"]
        return [
            execution["executionArn"]
            for machine in machines
            if machine["name"] == wanted
            for execution in client.list_executions(stateMachineArn=machine["stateMachineArn"])[
                "executions"
            ]
        ]

    told: list[dict[str, Any]] = []

    def ended() -> bool:
        told[:] = [client.describe_execution(executionArn=arn) for arn in arns()]
        return any(each["status"] != "RUNNING" for each in told)

    wait_until(ended, "no execution comes to an end")
    last = next(each for each in told if each["status"] != "RUNNING")
    assert last["status"] == sight["execution"], f"{last['status']}: {last.get('cause', last)}"
    _has(last.get("output", ""), sight)
    return f"execution {last['status']} {sight.get('text', '')}".strip()


def _has(text: str, sight: Sight) -> None:
    if "text" in sight:
        assert _is_in(sight["text"], text), f"{sight['text']!r} is not in {text[:300]!r}"


def _is_in(wanted: str, text: str) -> bool:
    return wanted in text


SIGHTS: Mapping[str, Callable[[Running, Sight, Outcome], str]] = {
    "status": _status,
    "log": _log,
    "item": _item,
    "message": _message,
    "object": _object,
    "execution": _execution,
}

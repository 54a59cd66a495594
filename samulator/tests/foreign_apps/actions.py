"""What is done to an application, each as its users and other systems do it."""

from collections.abc import Callable, Mapping

from foreign_apps.http_call import http
from foreign_apps.outcome import Arguments, Outcome, as_text
from foreign_apps.running import Running
from foreign_apps.socket_call import talk
from testkit.timing import wait_until


def put_object(app: Running, call: Arguments) -> Outcome:
    """An object is uploaded to a bucket."""
    app.client("s3").put_object(
        Bucket=app.name(call["bucket"]), Key=call["key"], Body=as_text(call["body"]).encode()
    )
    return Outcome()


def send_message(app: Running, call: Arguments) -> Outcome:
    """A message is sent to a queue, with a `group` to a FIFO queue."""
    sqs = app.client("sqs")
    more = {"MessageGroupId": call["group"]} if "group" in call else {}
    sqs.send_message(
        QueueUrl=queue_url(app, call["queue"]), MessageBody=as_text(call["body"]), **more
    )
    return Outcome()


def redrive(app: Running, call: Arguments) -> Outcome:
    """The first message of a dead-letter queue is moved, once it is there."""
    sqs = app.client("sqs")
    source, target = queue_url(app, call["queue"]), queue_url(app, call["to"])
    received: list[dict[str, str]] = []

    def arrived() -> bool:
        answer = sqs.receive_message(QueueUrl=source, WaitTimeSeconds=5)
        received.extend(answer.get("Messages", []))
        return bool(received)

    wait_until(arrived, f"{source} stays empty")
    (message,) = received
    sqs.send_message(QueueUrl=target, MessageBody=message["Body"], MessageGroupId="redriven")
    sqs.delete_message(QueueUrl=source, ReceiptHandle=message["ReceiptHandle"])
    return Outcome(body=message["Body"])


def publish(app: Running, call: Arguments) -> Outcome:
    """A message is published to a topic."""
    app.client("sns").publish(
        TopicArn=topic_arn(app, call["topic"]), Message=as_text(call["message"])
    )
    return Outcome()


def subscribe(app: Running, call: Arguments) -> Outcome:
    """A new queue subscribes to a topic, to hear what is published to it."""
    url = app.client("sqs").create_queue(QueueName=call["queue"])["QueueUrl"]
    arn = app.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    app.client("sns").subscribe(
        TopicArn=topic_arn(app, call["topic"]),
        Protocol="sqs",
        Endpoint=arn["Attributes"]["QueueArn"],
    )
    return Outcome()


def put_events(app: Running, call: Arguments) -> Outcome:
    """An event is put on a bus, the default one where no `bus` is named."""
    entry = {
        "Source": call["source"],
        "DetailType": call["detail_type"],
        "Detail": as_text(call["detail"]),
        "EventBusName": app.name(call.get("bus", "default")),
    }
    answer = app.client("events").put_events(Entries=[entry])
    assert answer["FailedEntryCount"] == 0, answer
    return Outcome()


def put_item(app: Running, call: Arguments) -> Outcome:
    """An item of texts is put into a table."""
    item = {name: {"S": value} for name, value in call["item"].items()}
    app.client("dynamodb").put_item(TableName=app.name(call["table"]), Item=item)
    return Outcome()


def put_record(app: Running, call: Arguments) -> Outcome:
    """A record is put on a stream of Kinesis."""
    app.client("kinesis").put_record(
        StreamName=app.name(call["stream"]),
        Data=as_text(call["data"]).encode(),
        PartitionKey=call.get("partition_key", "1"),
    )
    return Outcome()


def start_execution(app: Running, call: Arguments) -> Outcome:
    """A state machine starts."""
    machines = app.client("stepfunctions")
    wanted = app.name(call["machine"])
    found = machines.list_state_machines()["stateMachines"]
    arns = [each["stateMachineArn"] for each in found if each["name"] == wanted]
    assert len(arns) == 1, f"{wanted} is not among {[each['name'] for each in found]}"
    started = machines.start_execution(
        stateMachineArn=arns[0], input=as_text(call.get("input", {}))
    )
    return Outcome(body=started["executionArn"])


def invoke(app: Running, call: Arguments) -> Outcome:
    """A function is invoked, and nobody waits for its result where `asynchronous` says so."""
    kind = "Event" if call.get("asynchronous") else "RequestResponse"
    answer = app.client("lambda").invoke(
        FunctionName=call["function"],
        InvocationType=kind,
        Payload=as_text(call.get("payload", {})).encode(),
    )
    return Outcome(answer["StatusCode"], answer["Payload"].read().decode())


def put_secret(app: Running, call: Arguments) -> Outcome:
    """A secret gets its value, as after a deployment."""
    app.client("secretsmanager").put_secret_value(
        SecretId=app.name(call["secret"]), SecretString=as_text(call["value"])
    )
    return Outcome()


def wait(_app: Running, _call: Arguments) -> Outcome:
    """Nothing is done: a schedule does it."""
    return Outcome()


def queue_url(app: Running, queue: str) -> str:
    """Where a queue answers, by its logical id or its name."""
    url: str = app.client("sqs").get_queue_url(QueueName=app.name(queue))["QueueUrl"]
    return url


def topic_arn(app: Running, topic: str) -> str:
    """The ARN of a topic, by its logical id."""
    arns = [each["TopicArn"] for each in app.client("sns").list_topics()["Topics"]]
    found = [arn for arn in arns if arn.rpartition(":")[2] == app.name(topic)]
    assert found, f"{app.name(topic)} is not among the topics {arns}"
    return found[0]


ACTIONS: Mapping[str, Callable[[Running, Arguments], Outcome]] = {
    action.__name__: action
    for action in (
        *(http, put_object, send_message, redrive, publish, subscribe, put_events, put_item),
        *(put_record, start_execution, invoke, put_secret, talk, wait),
    )
}

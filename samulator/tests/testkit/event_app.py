"""Functions of tests/event_app and the real AWS process, which invokes them."""

import asyncio
import json
from collections.abc import Coroutine, Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

import boto3

from samulator.events.destinations.destinations import Destinations
from samulator.servers.aws.config import AwsConfig
from samulator.servers.aws.service import AwsServer
from testkit.other_app_runner import OtherApp
from testkit.ports import reserve_port
from testkit.timing import LONG_SECONDS, wait_until

TEMPLATE = Path(__file__).parents[1] / "event_app" / "template.yaml"
REGION = "us-east-1"
ACCOUNT = "123456789012"


class EventApp:
    """Both running; names are made anew for each test, so that tests share nothing."""

    def __init__(self, state: Path) -> None:
        self._clients: dict[str, Any] = {}
        self._state = state
        self.functions = OtherApp(TEMPLATE, destinations=Destinations(self.client))
        resources = tuple(self.functions.application.resources.values())
        config = AwsConfig((), self.functions.lambda_url, REGION, resources)
        self.server = AwsServer(state, reserve_port(), config=config)
        self.server.start()

    def close(self) -> None:
        for client in self._clients.values():
            client.close()
        self.server.stop()
        self.functions.close()

    def client(self, service: str) -> Any:
        if service not in self._clients:
            self._clients[service] = boto3.client(
                service,
                endpoint_url=self.server.url,
                region_name=REGION,
                aws_access_key_id="local",
                aws_secret_access_key="local",
            )
        return self._clients[service]

    def events(self, function: str, about: str) -> list[dict[str, Any]]:
        """The events that the function got and returned which mention the text, in order."""
        return [
            json.loads(invocation.payload)
            for invocation in [*self.functions.recorder.invocations]
            if invocation.function == function
            and invocation.function_error is None
            and about.encode() in invocation.payload
        ]

    def event(self, function: str, about: str) -> dict[str, Any]:
        """Waits for the first of them."""
        wait_until(lambda: self.events(function, about), f"{function} got nothing of {about}")
        return self.events(function, about)[0]

    def queue(self, name: str | None = None, **attributes: str) -> str:
        """A queue; returns its ARN."""
        made = name or f"q-{uuid4().hex}"
        self.client("sqs").create_queue(QueueName=made, Attributes=attributes)
        return f"arn:aws:sqs:{REGION}:{ACCOUNT}:{made}"

    def messages(self, queue_arn: str) -> list[dict[str, Any]]:
        """Takes all messages that are there."""
        sqs = self.client("sqs")
        url = sqs.get_queue_url(QueueName=queue_arn.rsplit(":", 1)[1])["QueueUrl"]
        taken: list[dict[str, Any]] = []
        while found := sqs.receive_message(
            QueueUrl=url,
            MaxNumberOfMessages=10,
            MessageAttributeNames=["All"],
            MessageSystemAttributeNames=["All"],
        ).get("Messages"):
            for message in found:
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            taken += found
        return taken

    def messages_once_there(self, queue_arn: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        wait_until(lambda: found.extend(self.messages(queue_arn)) or found)
        return found

    def log(self) -> str:
        """What the process of AWS's services logged."""
        return (self._state / "logs" / "aws.log").read_text()

    def mail(self) -> str:
        """What `samulator logs ses` shows."""
        return (self._state / "logs" / "ses.log").read_text()

    def delivery_stream(self) -> str:
        """A stream of Firehose, with a bucket of its name; returns its ARN."""
        name = f"f-{uuid4().hex}"
        self.client("s3").create_bucket(Bucket=name)
        place = {"BucketARN": f"arn:aws:s3:::{name}", "RoleARN": f"arn:aws:iam::{ACCOUNT}:role/r"}
        made = self.client("firehose").create_delivery_stream(
            DeliveryStreamName=name, ExtendedS3DestinationConfiguration=place
        )
        return str(made["DeliveryStreamARN"])

    def delivered(self, stream_arn: str) -> list[str]:
        """The texts that its bucket has."""
        s3, bucket = self.client("s3"), stream_arn.rsplit("/", 1)[1]
        found = s3.list_objects_v2(Bucket=bucket).get("Contents", [])
        objects = [s3.get_object(Bucket=bucket, Key=each["Key"]) for each in found]
        return [each["Body"].read().decode() for each in objects]

    @contextmanager
    def working(self, work: Coroutine[Any, Any, None]) -> Iterator[None]:
        """Runs it on the loop of the functions in the meantime; what it raises fails the test."""
        task = asyncio.run_coroutine_threadsafe(work, self.functions._loop)
        try:
            yield
        finally:
            task.cancel()
            with suppress(CancelledError):
                task.result(LONG_SECONDS)

    @staticmethod
    def function_arn(name: str) -> str:
        return f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}"

"""Events that a bucket sends to a queue or a topic, with every field that AWS gives."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import unquote_plus

import boto3
import pytest

from samulator.servers.aws.service import AwsServer
from testkit.s3_calls import refused, upload

QUEUE_ARN = "arn:aws:sqs:us-east-1:123456789012:{}"


def clients_of(server: AwsServer, service: str) -> Any:
    return boto3.client(
        service,
        endpoint_url=server.url,
        region_name="us-east-1",
        aws_access_key_id="local",
        aws_secret_access_key="local",
    )


@pytest.fixture(scope="module")
def sqs(server: AwsServer) -> Iterator[Any]:
    client = clients_of(server, "sqs")
    yield client
    client.close()


@pytest.fixture
def messages(sqs: Any, bucket: str) -> Callable[[], list[dict[str, Any]]]:
    """Takes the bodies of all messages of the queue that is named as the bucket."""
    url = sqs.create_queue(QueueName=bucket)["QueueUrl"]

    def take() -> list[dict[str, Any]]:
        taken = []
        while found := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            taken += [json.loads(message["Body"]) for message in found]
            for message in found:
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return taken

    return take


def notify(s3: Any, bucket: str, *events: str, **rules: str) -> None:
    wanted: dict[str, Any] = {
        "Id": "wanted",
        "QueueArn": QUEUE_ARN.format(bucket),
        "Events": events,
    }
    if rules:
        listed = [{"Name": name, "Value": value} for name, value in rules.items()]
        wanted["Filter"] = {"Key": {"FilterRules": listed}}
    s3.put_bucket_notification_configuration(
        Bucket=bucket, NotificationConfiguration={"QueueConfigurations": [wanted]}
    )


def test_a_message_has_every_field_that_aws_gives(
    s3: Any, versioned: str, messages: Callable[[], list[dict[str, Any]]]
) -> None:
    notify(s3, versioned, "s3:ObjectCreated:*")
    (test_event,) = messages()
    assert (test_event["Event"], test_event["Bucket"]) == ("s3:TestEvent", versioned)

    put = s3.put_object(Bucket=versioned, Key="in/a b+ü.csv", Body=b"123")

    ((record,),) = [event["Records"] for event in messages()]
    sequencer = record["s3"]["object"].pop("sequencer")
    assert re.fullmatch("[0-9A-F]{16,}", sequencer)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", record.pop("eventTime"))
    assert record.pop("responseElements").keys() == {"x-amz-request-id", "x-amz-id-2"}
    assert record.pop("userIdentity")["principalId"]
    assert record.pop("requestParameters") == {"sourceIPAddress": "127.0.0.1"}
    owner = record["s3"]["bucket"].pop("ownerIdentity")
    assert owner["principalId"]
    assert unquote_plus(record["s3"]["object"]["key"]) == "in/a b+ü.csv"
    assert record == {
        "eventVersion": "2.1",
        "eventSource": "aws:s3",
        "awsRegion": "us-east-1",
        "eventName": "ObjectCreated:Put",
        "s3": {
            "s3SchemaVersion": "1.0",
            "configurationId": "wanted",
            "bucket": {"name": versioned, "arn": f"arn:aws:s3:::{versioned}"},
            "object": {
                "key": "in/a+b%2B%C3%BC.csv",
                "size": 3,
                "eTag": put["ETag"].strip('"'),
                "versionId": put["VersionId"],
            },
        },
    }


def test_each_change_is_one_message_by_its_own_name(
    s3: Any, bucket: str, messages: Callable[[], list[dict[str, Any]]]
) -> None:
    notify(
        s3,
        bucket,
        *("s3:ObjectCreated:*", "s3:ObjectRemoved:*"),
        *("s3:ObjectTagging:*", "s3:ObjectAcl:Put"),
        prefix="a",
        suffix=".csv",
    )
    place = {"Bucket": bucket, "Key": "a.csv"}
    upload(s3, **{"bucket": bucket, "key": "a.csv"}, parts=[b"1"])
    s3.copy_object(**place, CopySource=f"{bucket}/a.csv", MetadataDirective="REPLACE")
    s3.put_object_tagging(**place, Tagging={"TagSet": [{"Key": "a", "Value": "b"}]})
    s3.delete_object_tagging(**place)
    s3.put_object_acl(**place, ACL="private")
    s3.put_object(Bucket=bucket, Key="other.csv", Body=b"1")
    with refused(s3, "BadDigest"):
        s3.put_object(**place, Body=b"1", ContentMD5="AAAAAAAAAAAAAAAAAAAAAA==")
    s3.delete_object(**place)
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    s3.delete_object(**place)

    _, *events = messages()
    records = [event["Records"][0] for event in events]
    assert [record["eventName"] for record in records] == [
        "ObjectCreated:CompleteMultipartUpload",
        "ObjectCreated:Copy",
        "ObjectTagging:Put",
        "ObjectTagging:Delete",
        "ObjectAcl:Put",
        "ObjectRemoved:Delete",
        "ObjectRemoved:DeleteMarkerCreated",
    ]
    *unversioned, marker = [record["s3"]["object"] for record in records]
    assert not any("versionId" in each for each in unversioned)
    assert marker["versionId"]
    sequencers = [record["s3"]["object"]["sequencer"] for record in records]
    assert sequencers == sorted(sequencers)


def test_a_topic_passes_the_event_on(
    s3: Any, sqs: Any, server: AwsServer, bucket: str, messages: Callable[[], list[dict[str, Any]]]
) -> None:
    sns = clients_of(server, "sns")
    topic = sns.create_topic(Name=bucket)["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=QUEUE_ARN.format(bucket))
    sns.close()
    wanted = {"TopicArn": topic, "Events": ["s3:ObjectCreated:*"]}
    s3.put_bucket_notification_configuration(
        Bucket=bucket, NotificationConfiguration={"TopicConfigurations": [wanted]}
    )
    s3.put_object(Bucket=bucket, Key="k", Body=b"1")
    sent = [json.loads(message["Message"]) for message in messages()]
    assert [each["Records"][0]["eventName"] for each in sent if "Records" in each] == [
        "ObjectCreated:Put"
    ]


def test_a_bucket_can_be_told_to_notify_nobody_any_more(
    s3: Any, bucket: str, messages: Callable[[], list[dict[str, Any]]]
) -> None:
    notify(s3, bucket, "s3:ObjectCreated:*")
    s3.put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration={})
    s3.put_object(Bucket=bucket, Key="k", Body=b"1")
    assert [message.get("Event") for message in messages()] == ["s3:TestEvent"]

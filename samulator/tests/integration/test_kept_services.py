"""What S3 and SQS took is there again after their process was killed in the middle of its life."""

import json
import threading
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import psutil
import pytest
from botocore.exceptions import ClientError

from samulator.template.model import S3Trigger
from testkit.aws_process import Declared, Machine, aws_client
from testkit.ports import reserve_port
from testkit.timing import LONG_SECONDS

KEY = "a/ü b.csv"
BUCKET: Declared = (
    "AWS::S3::Bucket",
    "landing",
    {"VersioningConfiguration": {"Status": "Enabled"}},
)
QUEUE: Declared = ("AWS::SQS::Queue", "jobs", {"VisibilityTimeout": 600})
TABLE: Declared = (
    "AWS::DynamoDB::Table",
    "orders",
    {
        "AttributeDefinitions": [
            {"AttributeName": "id", "AttributeType": "S"},
            {"AttributeName": "line", "AttributeType": "N"},
        ],
        "KeySchema": [
            {"AttributeName": "id", "KeyType": "HASH"},
            {"AttributeName": "line", "KeyType": "RANGE"},
        ],
        "BillingMode": "PAY_PER_REQUEST",
        "StreamSpecification": {"StreamViewType": "NEW_IMAGE"},
    },
)
FIFO: Declared = ("AWS::SQS::Queue", "jobs.fifo", {"FifoQueue": True})


class Functions:
    """A Lambda endpoint that takes events, while it is there."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []
        self._port = reserve_port()
        self._came = threading.Condition()
        self._server: ThreadingHTTPServer

    def __enter__(self) -> "Functions":
        self.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.stop()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def start(self) -> None:
        functions = self

        class Taking(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                # First, for the next event of an object comes with the answer to this one.
                functions.take(json.loads(body))
                self.send_response(202)
                self.send_header("Content-Length", "0")
                self.end_headers()

        self._server = ThreadingHTTPServer(("127.0.0.1", self._port), Taking)
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def take(self, event: dict[str, Any]) -> None:
        with self._came:
            self.events.append(event)
            self._came.notify_all()

    def wait_for(self, version: str) -> None:
        with self._came:
            assert self._came.wait_for(lambda: version in json.dumps(self.events), LONG_SECONDS)


@dataclass
class Day:
    """What a client saw before the kill, and clients of the process after it."""

    s3: Any = None
    sqs: Any = None
    seen: dict[str, Any] = field(default_factory=dict)


def _yesterday(day: Day) -> None:
    _put_objects(day)
    _change_buckets(day)
    _begin_upload(day)
    _send_messages(day)


def _put_objects(day: Day) -> None:
    s3, seen = day.s3, day.seen
    first = s3.put_object(
        Bucket="landing",
        Key=KEY,
        Body=b"one",
        Metadata={"who": "me"},
        Tagging="colour=blue",
        ContentType="text/csv",
        ChecksumAlgorithm="SHA256",
    )
    s3.put_object(Bucket="landing", Key=KEY, Body=b"two" * 1000, ACL="public-read")
    s3.put_object(Bucket="landing", Key="gone", Body=b"")
    s3.delete_object(Bucket="landing", Key="gone")
    kept = s3.put_object(Bucket="landing", Key="rewritten", Body=b"older")
    s3.put_object(Bucket="landing", Key="rewritten", Body=b"newer")
    s3.delete_object(Bucket="landing", Key="rewritten", VersionId=kept["VersionId"])
    s3.put_object_tagging(
        Bucket="landing", Key="rewritten", Tagging={"TagSet": [{"Key": "k", "Value": "v"}]}
    )
    seen["first"] = first["VersionId"]
    seen["versions"] = s3.list_object_versions(Bucket="landing")
    seen["head"] = s3.head_object(Bucket="landing", Key=KEY, VersionId=first["VersionId"])
    named = {"Bucket": "landing", "Key": KEY, "VersionId": first["VersionId"]}
    seen["link"] = s3.generate_presigned_url("get_object", Params=named, ExpiresIn=3600)


def _change_buckets(day: Day) -> None:
    day.s3.create_bucket(Bucket="mine")
    rules = [{"AllowedMethods": ["GET"], "AllowedOrigins": ["http://127.0.0.1:3000"]}]
    day.s3.put_bucket_cors(Bucket="mine", CORSConfiguration={"CORSRules": rules})
    queue = {
        "QueueArn": "arn:aws:sqs:us-east-1:123456789012:jobs",
        "Events": ["s3:ObjectCreated:*"],
    }
    day.s3.put_bucket_notification_configuration(
        Bucket="mine", NotificationConfiguration={"QueueConfigurations": [queue | {"Id": "all"}]}
    )
    day.s3.create_bucket(Bucket="deleted")
    day.s3.delete_bucket(Bucket="deleted")
    day.seen["rules"] = rules
    day.seen["buckets"] = day.s3.list_buckets()["Buckets"]


def _begin_upload(day: Day) -> None:
    place = {"Bucket": "mine", "Key": "large"}
    upload = day.s3.create_multipart_upload(**place, Metadata={"parts": "two"})["UploadId"]
    part = {"UploadId": upload, "PartNumber": 1, "Body": b"p" * (5 << 20)}
    day.seen["upload"] = upload
    day.seen["part"] = day.s3.upload_part(**place, **part)["ETag"]
    aborted = day.s3.create_multipart_upload(**place)["UploadId"]
    day.s3.abort_multipart_upload(**place, UploadId=aborted)


def _send_messages(day: Day) -> None:
    sqs, url = day.sqs, _url(day, "jobs")
    # The bucket's own test of its queue came first.
    sqs.purge_queue(QueueUrl=url)
    binary = {"raw": {"DataType": "Binary", "BinaryValue": b"\x00\xff"}}
    sqs.send_message(QueueUrl=url, MessageBody="held", MessageAttributes=binary)
    (held,) = sqs.receive_message(QueueUrl=url)["Messages"]
    sqs.send_message(QueueUrl=url, MessageBody="done")
    (done,) = sqs.receive_message(QueueUrl=url)["Messages"]
    sqs.delete_message(QueueUrl=url, ReceiptHandle=done["ReceiptHandle"])
    sqs.send_message(QueueUrl=url, MessageBody="later", DelaySeconds=900)
    sqs.send_message(QueueUrl=url, MessageBody="waits")
    own = sqs.create_queue(QueueName="own", Attributes={"VisibilityTimeout": "7"})["QueueUrl"]
    sqs.send_message(QueueUrl=own, MessageBody="in a queue of no template")
    day.seen["held"] = held
    for number in range(3):
        group = {"MessageGroupId": "g", "MessageDeduplicationId": str(number)}
        sqs.send_message(QueueUrl=_url(day, "jobs.fifo"), MessageBody=str(number), **group)


def _url(day: Day, name: str) -> str:
    url: str = day.sqs.get_queue_url(QueueName=name)["QueueUrl"]
    return url


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Day]:
    with Machine(tmp_path_factory.mktemp("kept"), BUCKET, QUEUE, FIFO) as machine:
        day = Day(*(aws_client(machine.server, name) for name in ("s3", "sqs")))
        _yesterday(day)
        machine.kill_and_start()
        day.s3, day.sqs = (aws_client(machine.server, name) for name in ("s3", "sqs"))
        yield day


def test_versions_markers_and_their_times_are_the_same(day: Day) -> None:
    found = day.s3.list_object_versions(Bucket="landing")
    for name in ("Versions", "DeleteMarkers"):
        assert found[name] == day.seen["versions"][name]


def test_bytes_metadata_tags_checksums_and_access_are_the_same(day: Day) -> None:
    named = {"Bucket": "landing", "Key": KEY, "VersionId": day.seen["first"]}
    answer = day.s3.get_object(**named)
    assert answer["Body"].read() == b"one"
    for name in ("Metadata", "TagCount", "ContentType", "ETag", "LastModified"):
        assert answer[name] == (day.seen["head"] | {"TagCount": 1})[name]
    assert day.s3.head_object(**named, ChecksumMode="ENABLED")["ChecksumSHA256"]
    tags = day.s3.get_object_tagging(Bucket="landing", Key="rewritten")["TagSet"]
    assert tags == [{"Key": "k", "Value": "v"}]
    grants = day.s3.get_object_acl(Bucket="landing", Key=KEY)["Grants"]
    assert [grant["Permission"] for grant in grants] == ["FULL_CONTROL", "READ"]


def test_a_presigned_link_of_before_still_opens(day: Day) -> None:
    # Only the port differs, which a stack keeps.
    path = day.seen["link"].split("/", 3)[3]
    with urllib.request.urlopen(f"{day.s3.meta.endpoint_url}/{path}") as answer:
        assert answer.read() == b"one"


def test_buckets_that_clients_made_are_there_with_their_settings(day: Day) -> None:
    assert day.s3.list_buckets()["Buckets"] == day.seen["buckets"]
    cors = day.s3.get_bucket_cors(Bucket="mine")["CORSRules"]
    assert cors == day.seen["rules"]
    told = day.s3.get_bucket_notification_configuration(Bucket="mine")
    assert [each["Id"] for each in told["QueueConfigurations"]] == ["all"]


def test_an_upload_under_way_is_completed(day: Day) -> None:
    place = {"Bucket": "mine", "Key": "large", "UploadId": day.seen["upload"]}
    second = day.s3.upload_part(**place, PartNumber=2, Body=b"z")["ETag"]
    parts = [{"PartNumber": 1, "ETag": day.seen["part"]}, {"PartNumber": 2, "ETag": second}]
    assert "Uploads" in day.s3.list_multipart_uploads(Bucket="mine")
    day.s3.complete_multipart_upload(**place, MultipartUpload={"Parts": parts})
    head = day.s3.head_object(Bucket="mine", Key="large")
    assert (head["ContentLength"], head["Metadata"]) == ((5 << 20) + 1, {"parts": "two"})
    assert "Uploads" not in day.s3.list_multipart_uploads(Bucket="mine")


def test_messages_are_visible_held_or_delayed_as_they_were(day: Day) -> None:
    url = _url(day, "jobs")
    counts = day.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    assert counts["ApproximateNumberOfMessagesNotVisible"] == "1"
    assert counts["ApproximateNumberOfMessagesDelayed"] == "1"
    waiting = day.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
    assert "waits" in [message["Body"] for message in waiting]
    assert {"held", "done", "later"}.isdisjoint(message["Body"] for message in waiting)
    held = day.seen["held"]
    handle = {"QueueUrl": url, "ReceiptHandle": held["ReceiptHandle"]}
    day.sqs.change_message_visibility(**handle, VisibilityTimeout=0)
    (again,) = day.sqs.receive_message(
        QueueUrl=url, MessageAttributeNames=["All"], AttributeNames=["All"]
    )["Messages"]
    assert again["MessageId"] == held["MessageId"]
    assert again["MessageAttributes"]["raw"]["BinaryValue"] == b"\x00\xff"
    assert again["Attributes"]["ApproximateReceiveCount"] == "2"


def test_a_fifo_queue_goes_on_in_its_order_and_knows_its_duplicates(day: Day) -> None:
    url = _url(day, "jobs.fifo")
    for number in (2, 3):
        group = {"MessageGroupId": "g", "MessageDeduplicationId": str(number)}
        day.sqs.send_message(QueueUrl=url, MessageBody=str(number), **group)
    received = day.sqs.receive_message(
        QueueUrl=url, MaxNumberOfMessages=10, AttributeNames=["All"]
    )["Messages"]
    assert [message["Body"] for message in received] == ["0", "1", "2", "3"]
    numbers = [int(message["Attributes"]["SequenceNumber"]) for message in received]
    assert numbers == sorted(numbers)


def test_a_queue_that_a_client_made_is_there_with_its_attributes(day: Day) -> None:
    url = _url(day, "own")
    attributes = day.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    assert attributes["VisibilityTimeout"] == "7"
    (message,) = day.sqs.receive_message(QueueUrl=url)["Messages"]
    assert message["Body"] == "in a queue of no template"


@pytest.mark.long
def test_a_torn_journal_loses_no_more_than_its_last_writes(tmp_path: Path) -> None:
    with Machine(tmp_path, BUCKET) as machine:
        s3 = aws_client(machine.server, "s3")
        for number in range(20):
            s3.put_object(Bucket="landing", Key=f"{number:02}", Body=b"x" * number)
        machine.kill()
        with (tmp_path / "aws" / "s3.sqlite-wal").open("r+b") as journal:
            journal.truncate(journal.seek(0, 2) - 1000)
        (tmp_path / "aws" / "objects" / "no").mkdir()
        half = tmp_path / "aws" / "objects" / "no" / "nobody-knows-it"
        half.write_bytes(b"half")
        machine.start()
        s3 = aws_client(machine.server, "s3")
        found = s3.list_objects_v2(Bucket="landing")["Contents"]
        assert [each["Key"] for each in found] == [f"{n:02}" for n in range(19)]
        assert s3.get_object(Bucket="landing", Key="18")["Body"].read() == b"x" * 18
        assert not half.exists()


def test_bytes_that_nobody_can_read_any_more_leave_the_disk(tmp_path: Path) -> None:
    with Machine(tmp_path, ("AWS::S3::Bucket", "plain", {})) as machine:
        s3 = machine.client("s3")
        for _ in range(3):
            s3.put_object(Bucket="plain", Key="a", Body=b"x" * 1000)
        s3.put_object(Bucket="plain", Key="b", Body=b"x" * 1000)
        s3.delete_object(Bucket="plain", Key="b")
        files = [*(tmp_path / "aws" / "objects").glob("*/*")]
        assert [file.stat().st_size for file in files] == [1000]


@pytest.mark.long
def test_a_full_disk_refuses_what_it_cannot_take_and_loses_nothing(tmp_path: Path) -> None:
    with Machine(tmp_path, BUCKET, QUEUE, TABLE) as machine:
        once = {"retries": {"total_max_attempts": 1}}
        s3, sqs, dynamodb = (machine.client(name, **once) for name in ("s3", "sqs", "dynamodb"))
        dynamodb.put_item(TableName="orders", Item=key(1))
        url = sqs.get_queue_url(QueueName="jobs")["QueueUrl"]
        s3.put_object(Bucket="landing", Key="a", Body=b"before")
        process = psutil.Process(machine.server.pid)
        process.rlimit(psutil.RLIMIT_FSIZE, (1, psutil.RLIM_INFINITY))
        for refused in (
            lambda: s3.put_object(Bucket="landing", Key="a", Body=b"too much"),
            lambda: s3.delete_object(Bucket="landing", Key="a"),
            lambda: sqs.send_message(QueueUrl=url, MessageBody="too much"),
            lambda: dynamodb.put_item(TableName="orders", Item=key(2)),
            lambda: dynamodb.delete_item(TableName="orders", Key=key(1)),
        ):
            with pytest.raises(ClientError, match="cannot be kept"):
                refused()
        assert s3.get_object(Bucket="landing", Key="a")["Body"].read() == b"before"
        assert "DeleteMarkers" not in s3.list_object_versions(Bucket="landing")
        assert dynamodb.scan(TableName="orders")["Items"] == [key(1)]
        process.rlimit(psutil.RLIMIT_FSIZE, (psutil.RLIM_INFINITY, psutil.RLIM_INFINITY))
        s3.put_object(Bucket="landing", Key="a", Body=b"after")
        assert "Messages" not in sqs.receive_message(QueueUrl=url)
        machine.kill_and_start()
        s3 = machine.client("s3")
        assert s3.get_object(Bucket="landing", Key="a")["Body"].read() == b"after"
        versions = s3.list_object_versions(Bucket="landing")["Versions"]
        assert [version["Size"] for version in versions] == [5, 6]
        files = [*(tmp_path / "aws" / "objects").glob("*/*")]
        assert len(files) == 2


def test_an_event_that_nobody_took_is_sent_at_the_next_start_and_once(tmp_path: Path) -> None:
    trigger = S3Trigger("t", "F", "landing", ("s3:ObjectCreated:*",))
    with Functions() as functions:
        config = {"triggers": (trigger,), "lambda_url": functions.url}
        with Machine(tmp_path, BUCKET, **config) as machine:
            put = {"Bucket": "landing", "Key": "a.csv", "Body": b"1"}
            functions.stop()
            first = machine.client("s3").put_object(**put)["VersionId"]
            machine.kill()
            functions.start()
            machine.start()
            functions.wait_for(first)
            # It is sent when the one before is done with, and so can be forgotten.
            second = machine.client("s3").put_object(**put)["VersionId"]
            functions.wait_for(second)
            machine.kill_and_start()
            third = machine.client("s3").put_object(**put)["VersionId"]
            functions.wait_for(third)
    told = [event["Records"][0]["s3"]["object"] for event in functions.events]
    assert list(dict.fromkeys(each["versionId"] for each in told)) == [first, second, third]
    assert [each["versionId"] for each in told].count(first) == 1
    assert [each["sequencer"] for each in told] == sorted(each["sequencer"] for each in told)


def key(number: int) -> dict[str, Any]:
    return {"id": {"S": "ü"}, "line": {"N": str(number)}}


def test_items_of_tables_are_there_as_they_were_written_last(tmp_path: Path) -> None:
    with Machine(tmp_path, TABLE) as machine:
        dynamodb = machine.client("dynamodb")
        _write_items(dynamodb)
        before = dynamodb.scan(TableName="orders")["Items"]
        machine.kill_and_start()
        dynamodb = machine.client("dynamodb")
        by_line = sorted(dynamodb.scan(TableName="orders")["Items"], key=str)
        assert by_line == sorted(before, key=str)
        assert {item["line"]["N"] for item in by_line} == {"1", "2", "3", "5"}
        assert dynamodb.get_item(TableName="orders", Key=key(2))["Item"]["count"] == {"N": "2"}
        own = dynamodb.get_item(TableName="own", Key={"name": {"B": b"\x00"}})["Item"]
        assert own == {"name": {"B": b"\x00"}, "of": {"NS": ["1", "2.50"]}}
        assert dynamodb.list_tables()["TableNames"] == ["orders", "own"]
        found = dynamodb.query(
            TableName="orders",
            KeyConditionExpression="id = :id AND line > :line",
            ExpressionAttributeValues={":id": {"S": "ü"}, ":line": {"N": "2"}},
        )
        assert [item["line"]["N"] for item in found["Items"]] == ["3", "5"]


def _write_items(dynamodb: Any) -> None:
    nested = {"M": {"deep": {"L": [{"B": b"\xff\x00"}, {"NULL": True}, {"SS": ["a", "b"]}]}}}
    dynamodb.put_item(TableName="orders", Item=key(1) | {"held": nested})
    for _ in range(2):
        dynamodb.update_item(
            TableName="orders",
            Key=key(2),
            UpdateExpression="ADD #c :one",
            ExpressionAttributeNames={"#c": "count"},
            ExpressionAttributeValues={":one": {"N": "1"}},
        )
    many = [{"PutRequest": {"Item": key(number)}} for number in (3, 4)]
    dynamodb.batch_write_item(RequestItems={"orders": many})
    dynamodb.delete_item(TableName="orders", Key=key(4))
    dynamodb.transact_write_items(TransactItems=[{"Put": {"TableName": "orders", "Item": key(5)}}])
    condition = {"TableName": "orders", "Item": key(3), "ConditionExpression": "line = :no"}
    refused = {"Put": condition | {"ExpressionAttributeValues": {":no": {"N": "0"}}}}
    with pytest.raises(ClientError, match="TransactionCanceled"):
        dynamodb.transact_write_items(
            TransactItems=[{"Put": {"TableName": "orders", "Item": key(6)}}, refused]
        )
    for name in ("own", "dropped"):
        dynamodb.create_table(
            TableName=name,
            AttributeDefinitions=[{"AttributeName": "name", "AttributeType": "B"}],
            KeySchema=[{"AttributeName": "name", "KeyType": "HASH"}],
            BillingMode="PAY_PER_REQUEST",
        )
        item = {"name": {"B": b"\x00"}, "of": {"NS": ["1", "2.50"]}}
        dynamodb.put_item(TableName=name, Item=item)
    dynamodb.delete_table(TableName="dropped")

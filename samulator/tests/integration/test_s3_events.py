"""Whatever way a client changes an object, one S3 event reaches the function."""

import json
import threading
import urllib.request
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from queue import Queue
from typing import Any
from urllib.parse import unquote_plus
from uuid import uuid4

import boto3
import httpx
import pytest
from boto3.s3.transfer import TransferConfig
from botocore.config import Config

from samulator.servers.aws.config import AwsConfig
from samulator.servers.aws.service import AwsServer
from samulator.template.model import S3Trigger
from testkit.ports import reserve_port
from testkit.timing import LONG_SECONDS


class LambdaEndpoint(ThreadingHTTPServer):
    """Takes asynchronous invokes as Lambda does and keeps them."""

    def __init__(self) -> None:
        self.received: Queue[tuple[str, dict[str, Any]]] = Queue()
        self.put_last: Callable[[str], object]
        super().__init__(("127.0.0.1", 0), _Invoke)


class _Invoke(BaseHTTPRequestHandler):
    server: LambdaEndpoint

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        assert self.headers["X-Amz-Invocation-Type"] == "Event"
        self.server.received.put((self.path, body))
        self.send_response(202)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *arguments: object) -> None:
        """Silent."""


@pytest.fixture(scope="module")
def endpoint() -> Iterator[LambdaEndpoint]:
    server = LambdaEndpoint()
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="module")
def s3(endpoint: LambdaEndpoint, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    trigger = S3Trigger("Csv", "Etl", "landing", ("s3:ObjectCreated:*",), suffix=".csv")
    removed = S3Trigger("Gone", "Sweep", "landing", ("s3:ObjectRemoved:*",))
    config = AwsConfig((trigger, removed), f"http://127.0.0.1:{endpoint.server_port}")
    server = AwsServer(tmp_path_factory.mktemp("aws"), reserve_port(), config=config)
    server.start()
    client = boto3.client(
        "s3",
        endpoint_url=server.url,
        region_name="us-east-1",
        aws_access_key_id="local",
        aws_secret_access_key="local",
        config=Config(signature_version="s3v4"),
    )
    for bucket in ("landing", "elsewhere"):
        client.create_bucket(Bucket=bucket)
        client.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    endpoint.put_last = lambda key: client.put_object(Bucket="landing", Key=key, Body=b"")
    yield client
    server.stop()


def next_record(endpoint: LambdaEndpoint) -> tuple[str, dict[str, Any]]:
    path, event = endpoint.received.get(timeout=LONG_SECONDS)
    assert len(event["Records"]) == 1
    return path.split("/")[3], event["Records"][0]


def assert_silent(endpoint: LambdaEndpoint) -> None:
    """One more change, and its event is the next: the one before would be under way by then."""
    key = f"last-{uuid4()}.csv"
    endpoint.put_last(key)
    assert next_record(endpoint)[1]["s3"]["object"]["key"] == key


def test_a_put_names_the_version_it_wrote(s3: Any, endpoint: LambdaEndpoint) -> None:
    put = s3.put_object(Bucket="landing", Key="in/a b.csv", Body=b"12345")
    function, record = next_record(endpoint)
    assert function == "Etl"
    assert record["eventName"] == "ObjectCreated:Put"
    assert record["s3"]["object"]["key"] == "in/a+b.csv"
    assert record["s3"]["object"]["versionId"] == put["VersionId"]
    assert record["s3"]["object"]["eTag"] == put["ETag"].strip('"')
    assert record["s3"]["object"]["size"] == 5
    assert_silent(endpoint)


def test_any_character_in_a_key_reaches_the_event(s3: Any, endpoint: LambdaEndpoint) -> None:
    key = "odd/a?b#c%d&e=f ü.csv"
    s3.put_object(Bucket="landing", Key=key, Body=b"12345")
    _, record = next_record(endpoint)
    assert unquote_plus(record["s3"]["object"]["key"]) == key
    assert record["s3"]["object"]["size"] == 5


def test_a_multipart_upload_fires_once_when_complete(
    s3: Any, endpoint: LambdaEndpoint, tmp_path: Path
) -> None:
    file = tmp_path / "big.csv"
    file.write_bytes(b"x" * (6 << 20))
    limits = TransferConfig(multipart_threshold=5 << 20, multipart_chunksize=5 << 20)
    s3.upload_file(str(file), "landing", "big.csv", Config=limits)
    _, record = next_record(endpoint)
    assert record["eventName"] == "ObjectCreated:CompleteMultipartUpload"
    assert record["s3"]["object"]["size"] == 6 << 20
    assert_silent(endpoint)


def test_a_copy_fires_for_the_new_object(s3: Any, endpoint: LambdaEndpoint) -> None:
    s3.put_object(Bucket="elsewhere", Key="a.csv", Body=b"1")
    assert_silent(endpoint)
    s3.copy_object(Bucket="landing", Key="b.csv", CopySource="elsewhere/a.csv")
    _, record = next_record(endpoint)
    assert record["eventName"] == "ObjectCreated:Copy"
    assert record["s3"]["object"]["key"] == "b.csv"


def test_a_presigned_put_by_any_client_fires(s3: Any, endpoint: LambdaEndpoint) -> None:
    url = s3.generate_presigned_url("put_object", Params={"Bucket": "landing", "Key": "p.csv"})
    urllib.request.urlopen(urllib.request.Request(url, data=b"1", method="PUT")).close()
    _, record = next_record(endpoint)
    assert record["s3"]["object"]["key"] == "p.csv"


def test_pages_of_this_machine_alone_reach_s3(s3: Any, endpoint: LambdaEndpoint) -> None:
    url = s3.generate_presigned_url("put_object", Params={"Bucket": "landing", "Key": "o.csv"})

    page = "http://127.0.0.1:3000"
    own = httpx.put(url, content=b"1", headers={"Origin": page})
    assert (own.status_code, own.headers["access-control-allow-origin"]) == (200, page)
    next_record(endpoint)

    for headers in ({"Origin": "https://evil.example"}, {"Host": "evil.example:4566"}):
        other = httpx.put(url, content=b"2", headers=headers)
        assert (other.status_code, "access-control-allow-origin" in other.headers) == (403, False)
        assert "evil.example" in other.text
    assert_silent(endpoint)


def test_what_changes_no_data_fires_nothing(s3: Any, endpoint: LambdaEndpoint) -> None:
    s3.put_object(Bucket="landing", Key="note.csv", Body=b"1")
    next_record(endpoint)
    s3.put_object_tagging(
        Bucket="landing", Key="note.csv", Tagging={"TagSet": [{"Key": "k", "Value": "v"}]}
    )
    s3.get_object(Bucket="landing", Key="note.csv")
    assert_silent(endpoint)


def test_a_refused_put_fires_nothing(s3: Any, endpoint: LambdaEndpoint) -> None:
    s3.put_object(Bucket="landing", Key="once.csv", Body=b"1")
    next_record(endpoint)
    with pytest.raises(s3.exceptions.ClientError, match="PreconditionFailed"):
        s3.put_object(Bucket="landing", Key="once.csv", Body=b"2", IfNoneMatch="*")
    assert_silent(endpoint)


def test_a_delete_says_whether_it_left_a_marker(s3: Any, endpoint: LambdaEndpoint) -> None:
    put = s3.put_object(Bucket="landing", Key="note2.txt", Body=b"1")
    s3.delete_object(Bucket="landing", Key="note2.txt")
    function, record = next_record(endpoint)
    assert (function, record["eventName"]) == ("Sweep", "ObjectRemoved:DeleteMarkerCreated")
    s3.delete_object(Bucket="landing", Key="note2.txt", VersionId=put["VersionId"])
    _, record = next_record(endpoint)
    assert record["eventName"] == "ObjectRemoved:Delete"


def test_each_object_that_one_request_deletes_is_an_event(
    s3: Any, endpoint: LambdaEndpoint
) -> None:
    put = s3.put_object(Bucket="landing", Key="d1 & ü.txt", Body=b"1")
    s3.put_object(Bucket="landing", Key="d2.txt", Body=b"1")
    old = {"Key": "d1 & ü.txt", "VersionId": put["VersionId"]}

    answer = s3.delete_objects(
        Bucket="landing", Delete={"Objects": [old, {"Key": "d2.txt"}], "Quiet": True}
    )

    assert "Errors" not in answer
    # Those of different keys come in any order.
    records = [next_record(endpoint)[1] for _ in range(2)]
    first, second = sorted(records, key=lambda record: record["s3"]["object"]["key"])
    assert first["eventName"] == "ObjectRemoved:Delete"
    assert unquote_plus(first["s3"]["object"]["key"]) == "d1 & ü.txt"
    assert first["s3"]["object"]["versionId"] == put["VersionId"]
    assert second["eventName"] == "ObjectRemoved:DeleteMarkerCreated"
    assert second["s3"]["object"]["key"] == "d2.txt"
    assert_silent(endpoint)


@pytest.mark.parametrize("status", ["200", "201", "204"])
def test_a_browsers_form_fires(s3: Any, endpoint: LambdaEndpoint, status: str) -> None:
    form = s3.generate_presigned_post(
        "landing",
        "form/${filename}",
        Fields={"success_action_status": status},
        Conditions=[{"success_action_status": status}],
    )

    answer = httpx.post(form["url"], data=form["fields"], files={"file": ("f.csv", b"1234")})

    assert answer.status_code == int(status)
    function, record = next_record(endpoint)
    assert (function, record["eventName"]) == ("Etl", "ObjectCreated:Post")
    assert record["s3"]["object"]["key"] == "form/f.csv"
    assert record["s3"]["object"]["size"] == 4
    assert record["s3"]["object"]["versionId"]
    assert_silent(endpoint)


def test_sequencers_order_the_versions_of_a_key(s3: Any, endpoint: LambdaEndpoint) -> None:
    for body in (b"1", b"2"):
        s3.put_object(Bucket="landing", Key="seq.csv", Body=body)
    first, second = (next_record(endpoint)[1]["s3"]["object"] for _ in range(2))
    assert first["sequencer"] < second["sequencer"]

"""A landing and a processed bucket in process, and the handler wired to them."""

import json
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from etl.advice import unfailing

LANDING, PROCESSED = "sales-landing", "sales-processed"
EVENTS = Path(__file__).parents[3] / "events"


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = {
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_ENDPOINT_URL": "",
        "LANDING_BUCKET": LANDING,
        "PROCESSED_BUCKET": PROCESSED,
        "ETL_MAX_BYTES": "1000000",
        "GLUE_DATABASE": "",
        "POWERTOOLS_SERVICE_NAME": "sales-etl",
        "POWERTOOLS_METRICS_NAMESPACE": "SalesServerless",
        "POWERTOOLS_LOG_LEVEL": "INFO",
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)


@pytest.fixture(autouse=True)
def advice_never_fails(
    request: pytest.FixtureRequest, caplog: pytest.LogCaptureFixture
) -> Iterator[None]:
    """A fault of the advice ends no run, so the log tells of it; none of these tests may."""
    yield
    if request.node.get_closest_marker("fails_to_advise") is None:
        told = [*caplog.get_records("setup"), *caplog.get_records("call")]
        failed = [record.getMessage() for record in told if record.name == unfailing.__name__]
        assert not failed


@cache
def s3_client() -> Any:
    """One for all tests: making one takes a fifth of a second."""
    return boto3.client("s3")


class Buckets:
    """The two buckets as a user of S3 sees them."""

    def __init__(self, *, versioned: bool = True) -> None:
        self.s3 = s3_client()
        for name in (LANDING, PROCESSED):
            self.s3.create_bucket(
                Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
            )
            if versioned:
                self.s3.put_bucket_versioning(
                    Bucket=name, VersioningConfiguration={"Status": "Enabled"}
                )

    def land(self, body: bytes | str, key: str = "raw.csv") -> str | None:
        content = body.encode() if isinstance(body, str) else body
        return self.s3.put_object(Bucket=LANDING, Key=key, Body=content).get("VersionId")

    def read(self, key: str) -> bytes:
        return self.s3.get_object(Bucket=PROCESSED, Key=key)["Body"].read()

    def report(self, prefix: str = "") -> dict[str, Any]:
        return json.loads(self.read(f"{prefix}report.json"))

    def names(self) -> list[str]:
        listed = self.s3.list_objects_v2(Bucket=PROCESSED).get("Contents", [])
        return [item["Key"] for item in listed]


@pytest.fixture
def buckets() -> Iterator[Buckets]:
    with mock_aws():
        from etl import handler

        handler.job.cache_clear()
        yield Buckets()
        handler.job.cache_clear()


class Context:
    """What Lambda hands to a handler besides the event."""

    function_name = "SalesEtlFunction"
    memory_limit_in_mb = 3008
    invoked_function_arn = "arn:aws:lambda:eu-west-1:123456789012:function:SalesEtlFunction"
    aws_request_id = "52fdfc07-2182-454f-963f-5f0f9a621d72"


Invoke = Callable[[dict[str, Any]], dict[str, Any]]


@pytest.fixture
def invoke(buckets: Buckets) -> Invoke:
    from etl.handler import handler

    return lambda event: handler(event, Context())


def load_event(name: str) -> dict[str, Any]:
    return json.loads((EVENTS / name).read_text())

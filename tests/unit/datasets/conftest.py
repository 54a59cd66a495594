"""A processed bucket on a server of S3's API, and the functions as API Gateway calls them."""

import hashlib
import io
import json
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlencode

import boto3
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from moto.server import ThreadedMotoServer

from datasets import handler as reading
from datasets.settings import Settings
from datasets.web.entry import HttpEntry


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    text: str

    def json(self) -> Any:
        return json.loads(self.text)


class Processed:
    """The bucket, and what the ETL leaves in it."""

    def __init__(self, url: str) -> None:
        self.url = url
        # moto keeps one account for all servers of a process.
        self.bucket = f"processed-{uuid.uuid4().hex}"
        self.s3 = boto3.client("s3", endpoint_url=url)
        self.s3.create_bucket(
            Bucket=self.bucket, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
        )
        self.version("Enabled")

    def version(self, status: str) -> None:
        self.s3.put_bucket_versioning(
            Bucket=self.bucket, VersioningConfiguration={"Status": status}
        )

    def put(self, key: str, body: bytes) -> dict[str, Any]:
        answer = self.s3.put_object(Bucket=self.bucket, Key=key, Body=body)
        digest = hashlib.sha256(body).hexdigest()
        version = answer.get("VersionId")
        return {"key": key, "bytes": len(body), "sha256": digest, "version_id": version}

    def publish(
        self,
        source_key: str,
        prefix: str,
        table: pa.Table,
        *,
        row_group_size: int = 100,
        rejected: bytes = b"line,reason,detail,original\n",
        **fields: Any,
    ) -> dict[str, Any]:
        """The outputs and the report of one run."""
        sink = io.BytesIO()
        pq.write_table(table, sink, row_group_size=row_group_size)
        outputs = {
            "processed_output.parquet": self.put(
                f"{prefix}processed_output.parquet", sink.getvalue()
            ),
            "rejected_rows.csv": self.put(f"{prefix}rejected_rows.csv", rejected),
        }
        report = {
            "status": "succeeded",
            "source": {"key": source_key},
            "rows_out": table.num_rows,
            "duplicates": 0,
            "rejected": 0,
            "reading": {"csv_dates": "date"},
            "outputs": outputs,
        } | fields
        self.put(f"{prefix}report.json", json.dumps(report).encode())
        return report


@pytest.fixture(scope="module", autouse=True)
def _environment() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            patch.setenv(name, "testing")
        patch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
        patch.setenv("POWERTOOLS_SERVICE_NAME", "datasets")
        # No test is of how soon the engine starts; on a busy machine its imports take their time.
        patch.setattr("datasets.query.process._START_SECONDS", 120.0)
        yield


@pytest.fixture(scope="module")
def processed(_environment: None) -> Iterator[Processed]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield Processed(f"http://{host}:{port}")
    server.stop()


Call = Callable[..., Answer]


def caller(entry: Callable[[Any, Any], dict[str, Any]]) -> Call:
    def call(
        path: str,
        *,
        method: str = "GET",
        headers: dict[str, str] | None = None,
        body: str | None = None,
        claims: dict[str, str] | None = None,
        **query: Any,
    ) -> Answer:
        context: dict[str, Any] = {"http": {"method": method, "path": unquote(path)}}
        if claims is not None:
            context["authorizer"] = {"jwt": {"claims": claims}}
        # `from` is a word of Python's.
        parameters = {name.rstrip("_"): value for name, value in query.items()}
        event = {
            "version": "2.0",
            "rawPath": unquote(path),
            "rawQueryString": urlencode(parameters, doseq=True),
            "headers": headers or {},
            "requestContext": context,
            "body": body,
        }
        answer = entry(event, None)
        return Answer(answer["statusCode"], answer["headers"], answer["body"])

    return call


@pytest.fixture(scope="module")
def settings(processed: Processed) -> Settings:
    return Settings(
        processed_bucket=processed.bucket, auth_required=False, aws_endpoint_url=processed.url
    )


@pytest.fixture(scope="module")
def call(settings: Settings) -> Call:
    """Of DatasetsFunction."""
    return caller(HttpEntry(lambda: settings, reading.build))

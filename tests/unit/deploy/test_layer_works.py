"""What is in a layer is enough: real work in an interpreter that sees nothing else."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from moto.server import ThreadedMotoServer

API_WORK = """
import asyncio
import email_validator, opensearchpy, pg8000.native, pydantic_settings, redis
from aws_lambda_powertools import Logger, Metrics
from fastapi import FastAPI
from mangum import Mangum
import boto3

app = FastAPI()
app.get("/status")(lambda: {"status": "running"})
event = {
    "version": "2.0", "routeKey": "$default", "rawPath": "/status", "rawQueryString": "",
    "headers": {"host": "x"}, "isBase64Encoded": False,
    "requestContext": {"http": {"method": "GET", "path": "/status", "sourceIp": "127.0.0.1"}},
}
assert Mangum(app, lifespan="off")(event, None)["body"] == '{"status":"running"}'
assert email_validator.validate_email("a@example.org", check_deliverability=False).normalized
boto3.client("s3").create_bucket(Bucket="api-layer")
url = boto3.client("s3").generate_presigned_url("put_object", {"Bucket": "b", "Key": "k"})
assert "Signature=" in url
assert boto3.client("secretsmanager").list_secrets()["SecretList"] == []
opensearchpy.OpenSearch("http://127.0.0.1:1")
redis.Redis(protocol=2)
"""

DATA_WORK = """
import io
import awswrangler, boto3, numpy, pandas, pyarrow, pydantic_settings
import pyarrow.compute, pyarrow.csv, pyarrow.dataset, pyarrow.parquet
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.utilities.data_classes import S3Event

table = pyarrow.csv.read_csv(io.BytesIO(b"order_id,price\\na,1.5\\nb,2.5\\n"))
assert pyarrow.compute.sum(table["price"]).as_py() == 4.0
sink = io.BytesIO()
pyarrow.parquet.write_table(table, sink, compression="snappy")
assert pyarrow.parquet.read_table(io.BytesIO(sink.getvalue())).equals(table)
frame = table.to_pandas()
frame["at"] = pandas.to_datetime(["2024-01-31", "2024-02-29"], format="%Y-%m-%d")
boto3.client("s3").create_bucket(Bucket="data-layer")
awswrangler.s3.to_csv(frame, "s3://data-layer/a.csv", index=False)
awswrangler.s3.to_parquet(frame, "s3://data-layer/p/", dataset=True, partition_cols=["order_id"])
assert list(awswrangler.s3.read_csv("s3://data-layer/a.csv")["price"]) == [1.5, 2.5]
assert len(awswrangler.s3.read_parquet("s3://data-layer/p/", dataset=True)) == 2
assert awswrangler.catalog.does_table_exist("no", "such") is False
assert numpy.linalg.det(numpy.eye(3)) == 1.0
for service in ("athena", "emr-serverless", "sqs"):
    boto3.client(service)
"""

DATASETS_WORK = """
import io
import boto3, duckdb, pydantic
import pyarrow, pyarrow.compute, pyarrow.dataset, pyarrow.parquet
from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import EphemeralMetrics

table = pyarrow.table({"product": ["a", "b", "a"], "quantity": [1, 2, 3]})
sink = io.BytesIO()
pyarrow.parquet.write_table(table, sink, compression="snappy")
source = pyarrow.PythonFile(io.BytesIO(sink.getvalue()), "r")
fragment = pyarrow.dataset.ParquetFileFormat().make_fragment(source)
assert fragment.to_table(filter=pyarrow.compute.field("quantity") > 1).num_rows == 2
assert table.group_by("product").aggregate([("quantity", "sum")]).num_rows == 2
engine = duckdb.connect()
engine.register("dataset", table)
assert engine.execute("select sum(quantity) from dataset").fetchall() == [(6,)]
assert engine.execute("select json_serialize_sql('select 1')").fetchall()
boto3.client("s3").create_bucket(Bucket="datasets-layer")
"""

WORK = {
    "ApiDependenciesLayer": API_WORK,
    "DataDependenciesLayer": DATA_WORK,
    "DatasetsDependenciesLayer": DATASETS_WORK,
}


@pytest.fixture(scope="module")
def aws_url():
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


def run_in_layer(layer: Path, code: str, aws_url: str, *options: str) -> str:
    """Run `code` with no site-packages and no user site; only the layer is importable. stderr."""
    environment = {
        "PATH": os.environ["PATH"],
        "AWS_ENDPOINT_URL": aws_url,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
        "POWERTOOLS_METRICS_NAMESPACE": "test",
    }
    program = f"import sys; sys.path.insert(0, {str(layer)!r})\n{code}"
    command = [sys.executable, "-I", "-S", *options, "-c", program]
    result = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr[-4000:]
    return result.stderr


@pytest.mark.parametrize("name", WORK)
def test_layer_alone_does_the_work_of_its_functions(layers, aws_url, name):
    run_in_layer(layers[name], WORK[name], aws_url)


@pytest.mark.parametrize("name", WORK)
def test_layer_runs_from_its_bytecode_with_the_file_times_of_an_archive(layers, aws_url, name):
    layer = layers[name]
    for source in layer.rglob("*.py"):
        os.utime(source, (315532800, 315532800))  # 1980-01-01, what sam writes into every archive
    lines = WORK[name].splitlines()
    imports = "\n".join(line for line in lines if line.startswith(("import", "from")))
    trace = run_in_layer(layer, imports, aws_url, "-v", "-B")
    loaded = [line for line in trace.splitlines() if line.startswith("# code object from")]
    ours = [line for line in loaded if str(layer) in line]
    assert len(ours) > 200
    assert [line for line in ours if not line.endswith(".pyc'")] == []

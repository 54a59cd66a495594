"""What `make deploy` puts where runs of the Spark job find it."""

import io
import json
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws
from moto.s3.models import s3_backends

from infrastructure import spark_artifacts
from infrastructure.spark_artifacts import (
    KEPT,
    OUTPUT,
    PARAMETER,
    artifacts_bucket,
    deployed,
    digest,
    prune,
    release_of,
    upload,
)
from tests.unit.deploy.test_template import TEMPLATES

BUCKET = "sales-artifacts-acme"
STACK = {
    "Parameters": {PARAMETER: {"Type": "String"}},
    "Resources": {"Artifacts": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": BUCKET}}},
    "Outputs": {OUTPUT: {"Value": {"Ref": "Artifacts"}}},
}


@pytest.fixture(autouse=True)
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("ACCESS_KEY_ID", "SECRET_ACCESS_KEY"):
        monkeypatch.setenv(f"AWS_{name}", "x")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        yield


@pytest.fixture
def job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the job; and a build beside it."""
    for path, text in {
        "jobs/spark/entry.py": "the program",
        "jobs/spark/session.py": "of the job",
        "jobs/spark/__pycache__/session.cpython-311.pyc": "of this machine",
        "build/SalesEtlFunction/etl/__init__.py": "of the function",
        "build/DataDependenciesLayer/python/pyarrow/__init__.py": "of the layer",
    }.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    monkeypatch.setattr(spark_artifacts, "ENTRY", tmp_path / "jobs" / "spark" / "entry.py")
    return tmp_path


@pytest.fixture
def stack() -> Any:
    client = boto3.client("cloudformation")
    given = [{"ParameterKey": PARAMETER, "ParameterValue": "0123"}]
    client.create_stack(StackName="sales", TemplateBody=json.dumps(STACK), Parameters=given)
    return deployed(client, "sales")


def releases(s3: Any) -> set[str]:
    listed = s3.list_objects_v2(Bucket=BUCKET)["Contents"]
    return {item["Key"].partition("/")[0] for item in listed}


def test_a_release_has_its_program_and_all_that_it_imports(job: Path, stack: Any) -> None:
    bucket = artifacts_bucket(stack)
    assert bucket == BUCKET
    s3 = boto3.client("s3")

    upload(s3, bucket, "0123", job / "build")

    found = {item["Key"] for item in s3.list_objects_v2(Bucket=BUCKET)["Contents"]}
    assert found == {"0123/entry.py", "0123/application.zip"}
    packed = s3.get_object(Bucket=BUCKET, Key="0123/application.zip")["Body"].read()
    assert set(zipfile.ZipFile(io.BytesIO(packed)).namelist()) == {
        "etl/__init__.py",
        "jobs/spark/entry.py",
        "jobs/spark/session.py",
        "pyarrow/__init__.py",
    }


def test_before_the_first_deployment_there_is_nowhere_to_put_it() -> None:
    assert deployed(boto3.client("cloudformation"), "sales") is None


def test_old_releases_go_but_for_the_last_ones_and_the_one_in_use(stack: Any) -> None:
    s3 = boto3.client("s3")
    made = datetime(2026, 1, 1, tzinfo=UTC)
    in_use = release_of(stack)
    assert in_use == "0123"
    for day, release in enumerate([in_use, *(f"r{number}" for number in range(KEPT + 2))]):
        for name in ("entry.py", "application.zip"):
            s3.put_object(Bucket=BUCKET, Key=f"{release}/{name}", Body=b"")
            stored = s3_backends["123456789012"]["aws"].get_object(BUCKET, f"{release}/{name}")
            stored.last_modified = made + timedelta(days=day)

    assert prune(s3, BUCKET, in_use, made + timedelta(days=99)) == ["r1", "r0"]
    assert releases(s3) == {in_use, *(f"r{number}" for number in range(2, KEPT + 2))}


def test_release_of_the_last_month_stays_whatever_came_after_it(stack: Any) -> None:
    s3 = boto3.client("s3")
    for number in range(KEPT + 3):
        s3.put_object(Bucket=BUCKET, Key=f"r{number}/entry.py", Body=b"")
    now = datetime.now(UTC)

    assert prune(s3, BUCKET, "0123", now + timedelta(days=29)) == []
    assert len(prune(s3, BUCKET, "0123", now + timedelta(days=31))) == 3


def test_build_that_is_not_there_is_named(job: Path) -> None:
    with pytest.raises(OSError, match=r"none/DataDependenciesLayer/python is not there: make bu"):
        upload(boto3.client("s3"), BUCKET, "0123", job / "none")


def test_changed_job_is_another_release(job: Path) -> None:
    before = digest()
    (job / "jobs/spark/session.py").write_text("changed")
    assert digest() != before


def test_the_stack_tells_where_the_function_looks_for_it() -> None:
    template = TEMPLATES["template.yaml"]
    assert template["Outputs"][OUTPUT]["Condition"] == "HasSpark"
    variables = template["Resources"]["SalesEtlFunction"]["Properties"]["Environment"]["Variables"]
    bucket = template["Outputs"][OUTPUT]["Value"]["Fn::Sub"]
    place = {"Fn::Sub": f"s3://{bucket}/${{Release}}/"}
    assert variables["SPARK_ARTIFACTS"] == {"Fn::If": ["HasSpark", place, ""]}

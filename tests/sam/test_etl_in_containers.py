"""The sales ETL under `sam local`: fired by an upload, and invoked by hand."""

import io
import json
import time

import pytest

from samples.sales import write_sales
from samulator.control.project import open_project
from samulator.functions.containers.engine import Engine
from samulator.functions.containers.sam_cli import SamCli, TemplateValues
from samulator.servers.aws.client import s3_client
from tests.embedded_stack import ROOT, EmbeddedStack

pytestmark = pytest.mark.sam

OUTPUTS = {"processed_output.csv", "processed_output.parquet", "rejected_rows.csv", "report.json"}
PUBLISH_SECONDS = 90


@pytest.fixture(scope="module")
def s3(aws_url):
    return s3_client(aws_url, "us-east-1")


@pytest.fixture(scope="module")
def sample() -> bytes:
    text = io.StringIO()
    write_sales(text)
    return text.getvalue().encode()


def keys(s3) -> set[str]:
    return {
        entry["Key"] for entry in s3.list_objects_v2(Bucket="sales-processed").get("Contents", [])
    }


def wait_for_report(s3) -> dict:
    """The report once it is final: a run announces itself with one that says `publishing`."""
    deadline = time.monotonic() + PUBLISH_SECONDS
    while time.monotonic() < deadline:
        if "report.json" in keys(s3):
            report = s3.get_object(Bucket="sales-processed", Key="report.json")["Body"].read()
            if json.loads(report)["status"] == "succeeded":
                return json.loads(report)
        time.sleep(0.2)
    raise AssertionError(f"no final report after {PUBLISH_SECONDS} s: {keys(s3)}")


@pytest.fixture(scope="module")
def fired(s3, sample) -> dict:
    """The report of the run that a plain upload fires."""
    s3.put_object(Bucket="sales-landing", Key="raw.csv", Body=sample)
    return wait_for_report(s3)


def test_upload_fires_the_function_which_publishes_its_outputs(s3, fired):
    assert keys(s3) >= OUTPUTS
    assert (fired["rows_in"], fired["rows_out"]) == (5200, 4680)


def test_sam_local_invoke_with_the_event_file_publishes_the_same(
    s3, fired, sam_stack: EmbeddedStack, engine: Engine, monkeypatch
):
    for key in keys(s3):
        s3.delete_object(Bucket="sales-processed", Key=key)
    monkeypatch.setenv("LOCAL_STATE", str(sam_stack.state))
    project = open_project(ROOT)
    sam = SamCli(
        ROOT,
        engine,
        state=project.state,
        builds=project.builds,
        values=TemplateValues(project.container_parameters),
    )
    sam.invoke("SalesEtlFunction", ROOT / "events" / "s3_put.json")
    again = wait_for_report(s3)
    assert keys(s3) >= OUTPUTS
    assert (again["rows_in"], again["rows_out"]) == (5200, 4680)

"""A file past the limit dropped into the stack: handed over, cleaned by a process, concluded."""

import json
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from samples.sales import write_sales
from samulator.servers.aws.client import local_session
from testkit.timing import wait_until
from tests.embedded_stack import ROOT, EmbeddedStack, start_stack
from tests.project_copy import copy_project

pytestmark = pytest.mark.long

OPTIONS = ("--parameter-overrides", "EtlMaxBytes=100000")
JOB = "tests/integration/etl/one_part_job.py"


class Landed:
    """The buckets of a stack whose job runs are those of JOB."""

    def __init__(self, stack: EmbeddedStack, waits: Path) -> None:
        session = local_session("us-east-1")
        self.s3: Any = session.client("s3", endpoint_url=stack.aws_url)
        self.functions: Any = session.client("lambda", endpoint_url=stack.lambda_url)
        self.waits = waits

    def drop(self, key: str) -> None:
        self.s3.upload_file(str(self.waits.with_name("raw.csv")), "sales-landing", key)

    def report(self, name: str) -> dict[str, Any]:
        key = f"{name}/report.json"
        if "Contents" not in self.s3.list_objects_v2(Bucket="sales-processed", Prefix=key):
            return {"status": None}
        found: dict[str, Any] = json.load(
            self.s3.get_object(Bucket="sales-processed", Key=key)["Body"]
        )
        return found

    def ended(self, name: str) -> dict[str, Any]:
        over = ("succeeded", "warned", "failed")
        wait_until(lambda: self.report(name)["status"] in over)
        return self.report(name)

    def send_event_again(self, key: str) -> dict[str, Any]:
        record = {
            "eventSource": "aws:s3",
            "eventName": "ObjectCreated:Put",
            "s3": {"bucket": {"name": "sales-landing"}, "object": {"key": key}},
        }
        payload = json.dumps({"Records": [record]})
        answer = self.functions.invoke(FunctionName="SalesEtlFunction", Payload=payload)
        (result,) = json.load(answer["Payload"])["results"]
        return dict(result)

    def kill_the_job(self) -> None:
        wait_until(lambda: self.waits.exists() and self.waits.read_text())
        os.kill(int(self.waits.read_text()), signal.SIGKILL)


@pytest.fixture(scope="module")
def landed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Landed]:
    folder = tmp_path_factory.mktemp("handover")
    root = copy_project(folder / "project")
    (ROOT / ".samulator").mkdir(exist_ok=True)
    (root / ".samulator").symlink_to(ROOT / ".samulator")  # the layers are built already
    settings = f'[emr_serverless]\npython = "{sys.executable}"\nentry_point = "{JOB}"\n'
    said = (root / "local.toml").read_text()
    own = settings + 'python_path = ["functions/etl"]\n'
    (root / "local.toml").write_text(said.partition("[emr_serverless]")[0] + own)
    with (folder / "raw.csv").open("w", newline="") as file:
        write_sales(file)
    waits = folder / "job.pid"
    variables = {"WAIT_FOR": str(waits)}
    stack = start_stack(folder / "state", root=root, options=OPTIONS, variables=variables)
    try:
        yield Landed(stack, waits)
    finally:
        assert stack.interrupt() == 0
        assert not stack.left_behind()


def test_job_killed_in_the_middle_is_tried_again_and_the_file_comes_out_clean(
    landed: Landed,
) -> None:
    landed.drop("large.csv")
    wait_until(lambda: landed.report("large").get("job", {}).get("run_id"))

    assert landed.send_event_again("large.csv")["status"] == "processing"
    assert landed.report("large")["job"]["attempt"] == 1
    run_id = landed.report("large")["job"]["run_id"]
    landed.kill_the_job()

    report = landed.ended("large")
    assert (report["status"], report["rows_out"], len(report["parts"])) == ("succeeded", 4680, 1)
    assert report["job"]["run_id"] == run_id


def test_job_that_fails_three_times_is_told_of_in_the_report(landed: Landed) -> None:
    landed.drop("broken.csv")

    report = landed.ended("broken")

    assert (report["status"], report["job"]["attempt"]) == ("failed", 1)
    assert "Job failed, 3 times. Exit code 1." in report["refusal"]["message"]

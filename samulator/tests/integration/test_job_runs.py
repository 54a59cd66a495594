"""Job runs of EMR Serverless, as boto3 starts them: processes, attempts, states, events."""

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError

from samulator.servers.aws.emr_serverless.settings import JobSettings
from testkit.aws_process import aws_client, started_aws
from testkit.timing import wait_until

APPLICATION = ("AWS::EMRServerless::Application", "jobs", {"ReleaseLabel": "emr-spark-8.0.0"})
ROLE = "arn:aws:iam::123456789012:role/job"
ENDED = ("SUCCESS", "FAILED", "CANCELLED")
# Writes what it was given into the file that it is told first.
TELLS = """
import json, os, sys
from pathlib import Path
Path(sys.argv[1]).write_text(json.dumps({"arguments": sys.argv[2:], "variables": dict(os.environ)}))
"""
# Fails until there are so many lines in its file.
FAILS = """
import sys
from pathlib import Path
file = Path(sys.argv[1])
tried = file.read_text() if file.exists() else ""
file.write_text(tried + "tried\\n")
if tried.count("tried") < int(sys.argv[2]):
    sys.exit("not yet")
"""
WAITS = """
import os, sys, time
from pathlib import Path
Path(sys.argv[1]).write_text(str(os.getpid()))
time.sleep(600)
"""


class Jobs:
    """The endpoint with one application, and programs in a bucket."""

    def __init__(self, server: Any, folder: Path) -> None:
        self._folder = folder
        self.emr = aws_client(server, "emr-serverless")
        self.events, self.sqs = aws_client(server, "events"), aws_client(server, "sqs")
        self._s3 = aws_client(server, "s3")
        self._s3.create_bucket(Bucket="programs")

    def file(self) -> Path:
        return self._folder / uuid4().hex

    def start(self, program: str, *arguments: object, **options: Any) -> str:
        key = f"{uuid4().hex}.py"
        self._s3.put_object(Bucket="programs", Key=key, Body=program.encode())
        return self.submit(f"s3://programs/{key}", *arguments, **options)

    def submit(self, entry: str, *arguments: object, settings: str = "", **options: Any) -> str:
        job = {"entryPoint": entry, "entryPointArguments": [str(each) for each in arguments]}
        if settings:
            job["sparkSubmitParameters"] = settings
        given = {"clientToken": uuid4().hex, "jobDriver": {"sparkSubmit": job}, **options}
        started = self.emr.start_job_run(applicationId="jobs", executionRoleArn=ROLE, **given)
        run_id: str = started["jobRunId"]
        return run_id

    def run(self, run_id: str) -> dict[str, Any]:
        found: dict[str, Any] = self.emr.get_job_run(applicationId="jobs", jobRunId=run_id)
        described: dict[str, Any] = found["jobRun"]
        return described

    def ended(self, run_id: str) -> dict[str, Any]:
        wait_until(lambda: self.run(run_id)["state"] in ENDED)
        return self.run(run_id)


@pytest.fixture(scope="module")
def jobs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Jobs]:
    folder = tmp_path_factory.mktemp("jobs")
    settings = JobSettings(python=sys.executable, python_path=(str(folder / "code"),))
    with started_aws(folder / "state", APPLICATION, jobs=settings) as server:
        yield Jobs(server, folder)


def test_run_is_a_process_with_its_arguments_variables_and_path(jobs: Jobs) -> None:
    told = jobs.file()
    settings = (
        "--conf spark.executor.cores=4 --conf spark.emr-serverless.driverEnv.COLOUR=red "
        "--conf spark.emr-serverless.driverEnv.PYTHONPATH=./of_aws"
    )

    run = jobs.ended(jobs.start(TELLS, told, "--key", "a b.csv", settings=settings))

    assert (run["state"], run["attempt"]) == ("SUCCESS", 1)
    assert run["releaseLabel"] == "emr-spark-8.0.0"
    assert run["jobDriver"]["sparkSubmit"]["entryPointArguments"][1:] == ["--key", "a b.csv"]
    found = json.loads(told.read_text())
    assert found["arguments"] == ["--key", "a b.csv"]
    assert found["variables"]["COLOUR"] == "red"
    assert found["variables"]["PYTHONPATH"].endswith("code")
    assert found["variables"]["AWS_ENDPOINT_URL"].startswith("http://127.0.0.1:")


def test_one_token_starts_one_run(jobs: Jobs) -> None:
    tried, token = jobs.file(), uuid4().hex
    entry = "s3://programs/none.py"
    first = jobs.submit(entry, tried, clientToken=token)

    assert jobs.submit(entry, tried, clientToken=token) == first
    with pytest.raises(ClientError, match="ConflictException"):
        jobs.submit(entry, "another", clientToken=token)


def test_run_is_tried_again_as_its_policy_says(jobs: Jobs) -> None:
    tried = jobs.file()

    run = jobs.ended(jobs.start(FAILS, tried, 2, retryPolicy={"maxAttempts": 3}))

    assert (run["state"], run["attempt"]) == ("SUCCESS", 3)
    assert tried.read_text().count("tried") == 3


def test_run_without_a_policy_fails_at_once_and_says_how(jobs: Jobs) -> None:
    run = jobs.ended(jobs.start(FAILS, jobs.file(), 9))

    assert (run["state"], run["attempt"]) == ("FAILED", 1)
    assert "Exit code 1. Its last line: not yet" in run["stateDetails"]


def test_each_change_of_state_is_an_event_on_the_default_bus(jobs: Jobs) -> None:
    name = uuid4().hex
    url = jobs.sqs.create_queue(QueueName=name)["QueueUrl"]
    pattern = {"source": ["aws.emr-serverless"], "detail": {"applicationId": ["jobs"]}}
    jobs.events.put_rule(Name=name, EventPattern=json.dumps(pattern))
    arn = f"arn:aws:sqs:us-east-1:123456789012:{name}"
    jobs.events.put_targets(Rule=name, Targets=[{"Id": "queue", "Arn": arn}])
    run_id = jobs.start(FAILS, jobs.file(), 9)
    jobs.ended(run_id)

    told: list[dict[str, Any]] = []

    def is_over() -> bool:
        got = jobs.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
        told.extend(json.loads(message["Body"]) for message in got)
        return any(event["detail"].get("state") == "FAILED" for event in told)

    wait_until(is_over)
    jobs.events.remove_targets(Rule=name, Ids=["queue"])
    states = {event["detail"]["state"]: event["detail"]["previousState"] for event in told}
    assert states == {
        "PENDING": "SUBMITTED",
        "SCHEDULED": "PENDING",
        "RUNNING": "SCHEDULED",
        "FAILED": "RUNNING",
    }
    assert {event["detail-type"] for event in told} == {"EMR Serverless Job Run State Change"}
    assert {event["detail"]["jobRunId"] for event in told} == {run_id}


def test_run_that_is_cancelled_ends_with_its_process(jobs: Jobs) -> None:
    started = jobs.file()
    run_id = jobs.start(WAITS, started)
    wait_until(lambda: started.exists() and started.read_text())

    jobs.emr.cancel_job_run(applicationId="jobs", jobRunId=run_id)

    assert jobs.ended(run_id)["state"] == "CANCELLED"
    with pytest.raises(ProcessLookupError):
        os.kill(int(started.read_text()), 0)


def test_run_that_nobody_knows_is_not_found(jobs: Jobs) -> None:
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        jobs.run("0000")


def test_interpreter_that_is_not_there_fails_the_run_and_names_the_remedy(tmp_path: Path) -> None:
    settings = JobSettings(str(tmp_path / "none"), entry_point="job.py", install="make jobs")
    with started_aws(tmp_path, APPLICATION, jobs=settings) as server:
        jobs = Jobs(server, tmp_path)
        run = jobs.ended(jobs.submit("s3://anywhere/job.py"))

    assert run["state"] == "FAILED"
    assert run["stateDetails"].startswith("Run `make jobs` once: ")
    assert run["stateDetails"] in (tmp_path / "logs" / "emr-serverless.log").read_text()

"""A file past one function: claimed, handed to one run of the Spark job, concluded by it."""

import gzip

import boto3
import pytest
from botocore.stub import Stubber

from etl.emr.runs import EmrRuns
from etl.emr.submission import Application, client_token
from etl.job import Job, UnexpectedRun
from etl.report.model import PROCESSING, JobRun, PublishedReport
from etl.s3.events import Notification
from etl.s3.landing import Landing
from etl.s3.processed import Processed
from etl.settings import Settings
from tests.unit.etl.conftest import LANDING, PROCESSED, Buckets
from tests.unit.etl.job_runs import Runs, conclude, holds, write_parts
from tests.unit.etl.reports import report_of

HEADER = "order_id,order_date,customer_id,product,quantity,price\n"
SMALL = HEADER + "1,2024-01-05,C1,Widget,2,9.5\n"
LARGE = HEADER + "".join(f"{i},2024-01-05,C1,Widget,2,9.5\n" for i in range(100))
LIMIT = 1000
WHOLE = ["processed_output.csv", "processed_output.parquet", "rejected_rows.csv"]
APPLICATION = Application(
    "00f1abc", "arn:aws:iam::123456789012:role/job", "s3://artifacts/spark/1/", "/logs", {"A": "b"}
)


@pytest.fixture
def runs() -> Runs:
    return Runs()


@pytest.fixture
def job(buckets: Buckets, runs: Runs, monkeypatch: pytest.MonkeyPatch) -> Job:
    monkeypatch.setenv("ETL_MAX_BYTES", str(LIMIT))
    return Job(Landing(buckets.s3), lambda prefix: target(buckets, prefix), Settings(), runs)


def target(buckets: Buckets, prefix: str = "") -> Processed:
    return Processed(buckets.s3, PROCESSED, prefix)


def news(version: str | None = None) -> Notification:
    return Notification(LANDING, "raw.csv", version)


def claim_of(buckets: Buckets) -> PublishedReport:
    report = target(buckets).current().report
    assert report is not None
    return report


def data_files(buckets: Buckets) -> list[str]:
    others = ("runs/", "_datasets/", "report.")
    return [name for name in buckets.names() if not name.startswith(others)]


class Killed(BaseException):
    """The function stops here."""


def test_file_past_the_limit_is_claimed_and_handed_to_a_run(job, buckets, runs):
    buckets.land(LARGE)

    result = job.run(news())

    assert result.status == PROCESSING
    (run_id,) = runs.states
    assert buckets.report()["status"] == "processing"
    assert buckets.report()["job"] == {"attempt": 1, "run_id": run_id}


def test_file_that_unpacks_past_the_limit_is_handed_over_too(job, buckets, runs):
    packed = gzip.compress(LARGE.encode())
    assert len(packed) < LIMIT
    buckets.land(packed, "raw.csv.gz")

    assert job.run(Notification(LANDING, "raw.csv.gz")).status == PROCESSING
    assert runs.starts == 1


def test_file_within_the_limit_is_cleaned_by_the_function(job, buckets, runs):
    buckets.land(SMALL)

    assert job.run(news()).status == "succeeded"
    assert runs.starts == 0


def test_the_same_event_twice_starts_one_run(job, buckets, runs):
    buckets.land(LARGE)

    assert [job.run(news()).status for _ in range(2)] == [PROCESSING, PROCESSING]
    assert runs.starts == 1


def test_function_killed_before_the_start_is_made_up_for_by_the_next_event(job, buckets, runs):
    buckets.land(LARGE)
    start = runs.start

    def killed(_claimed: PublishedReport) -> str:
        raise Killed

    runs.start = killed
    with pytest.raises(Killed):
        job.run(news())
    unstarted = buckets.report()
    runs.start = start

    assert (unstarted["status"], unstarted["job"]) == ("processing", {"attempt": 1})
    assert job.run(news()).status == PROCESSING
    assert buckets.report()["claim_id"] == unstarted["claim_id"]
    assert list(runs.states) == [buckets.report()["job"]["run_id"]]


def test_function_killed_after_the_start_finds_the_run_that_it_started(job, buckets, runs):
    buckets.land(LARGE)
    start = runs.start

    def killed(claimed: PublishedReport) -> str:
        start(claimed)
        raise Killed

    runs.start = killed
    with pytest.raises(Killed):
        job.run(news())
    runs.start = start
    job.run(news())

    assert list(runs.states) == [buckets.report()["job"]["run_id"]]


def test_event_after_a_run_that_failed_starts_the_next_attempt(job, buckets, runs):
    buckets.land(LARGE)
    job.run(news())
    (first,) = runs.states
    runs.states[first] = "FAILED"

    job.run(news())

    assert len(runs.states) == 2
    assert buckets.report()["job"] == {"attempt": 2, "run_id": [*runs.states][1]}
    assert not holds(target(buckets), runs.claimed[first])


def test_failed_run_is_told_of_in_the_report_and_earlier_output_stays(job, buckets, runs):
    job.run(news(buckets.land(SMALL)))
    job.run(news(buckets.land(LARGE)))
    (run_id,) = runs.states
    runs.states[run_id] = "FAILED"

    assert job.fail(run_id).status == "failed"

    report = buckets.report()
    assert (report["status"], report["refusal"]["reason"]) == ("failed", "job_failed")
    assert "FAILED: exit code 1" in report["refusal"]["message"]
    assert report["last_good"]["rows_out"] == 1
    assert data_files(buckets) == WHOLE
    assert b"large files failed" in buckets.read("report.html")
    assert job.run(news()).status == PROCESSING


def test_failure_of_a_run_that_lost_its_claim_changes_nothing(job, buckets, runs):
    job.run(news(buckets.land(LARGE)))
    (run_id,) = runs.states
    job.run(news(buckets.land(SMALL)))
    before = buckets.report()

    assert job.fail(run_id).status == "superseded"
    assert buckets.report() == before


def test_run_that_fails_before_the_function_notes_it_is_not_repeated_at_once(job, buckets, runs):
    buckets.land(LARGE)
    start = runs.start

    def fails(claimed: PublishedReport) -> str:
        run_id = start(claimed)
        runs.states[run_id] = "FAILED"
        job.fail(run_id)
        return run_id

    runs.start = fails

    assert job.run(news()).status == "failed"
    assert runs.starts == 1


def test_newer_version_wins_and_the_older_run_clears_its_parts_away(job, buckets, runs, tmp_path):
    job.run(news(buckets.land(LARGE)))
    older = claim_of(buckets)
    parts = write_parts(target(buckets), older, tmp_path, 2)
    job.run(news(buckets.land(SMALL)))

    result = conclude(target(buckets), older, parts, tmp_path, report_of("1,2024-01-05,C,W,1,1\n"))

    assert result.status == "superseded"
    assert data_files(buckets) == WHOLE
    assert buckets.report()["rows_out"] == 1


def test_parts_of_a_large_file_take_the_place_of_a_small_ones_outputs(job, buckets, runs, tmp_path):
    job.run(news(buckets.land(SMALL)))
    job.run(news(buckets.land(LARGE)))
    claimed = claim_of(buckets)
    parts = write_parts(target(buckets), claimed, tmp_path, 2)

    result = conclude(
        target(buckets), claimed, parts, tmp_path, report_of("1,2024-01-05,C,W,1,1\n")
    )

    assert result.status == "succeeded"
    listed = [
        part[name]["key"]
        for part in buckets.report()["parts"]
        for name in part
        if name in ("csv", "parquet", "rejected")
    ]
    assert data_files(buckets) == sorted(listed)
    assert len(listed) == 6
    assert job.run(news()).status == "already_done"


def test_small_file_takes_the_place_of_a_large_ones_parts(job, buckets, runs, tmp_path):
    job.run(news(buckets.land(LARGE)))
    claimed = claim_of(buckets)
    parts = write_parts(target(buckets), claimed, tmp_path, 2)
    conclude(target(buckets), claimed, parts, tmp_path, report_of("1,2024-01-05,C,W,1,1\n"))

    job.run(news(buckets.land(SMALL)))

    assert data_files(buckets) == WHOLE


def test_files_that_a_killed_run_did_not_delete_are_deleted_by_the_next_look(
    job, buckets, runs, tmp_path, monkeypatch
):
    job.run(news(buckets.land(LARGE)))
    claimed = claim_of(buckets)
    parts = write_parts(target(buckets), claimed, tmp_path, 1)
    conclude(target(buckets), claimed, parts, tmp_path, report_of("1,2024-01-05,C,W,1,1\n"))
    buckets.land(SMALL)

    def killed(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(Processed, "delete", killed)
        with pytest.raises(Killed):
            job.run(news())
    assert len(data_files(buckets)) == 6

    assert job.run(news()).status == "already_done"
    assert data_files(buckets) == WHOLE


def test_run_started_meanwhile_does_not_cost_the_job_its_claim(job, buckets, runs, tmp_path):
    """The function notes the run's id in the claim, whose ETag changes."""
    buckets.land(LARGE)
    start, concluded = runs.start, []

    def finishes(claimed: PublishedReport) -> str:
        run_id = start(claimed)
        parts = write_parts(target(buckets), claimed, tmp_path, 1)
        like = report_of("1,2024-01-05,C,W,1,1\n")
        concluded.append(conclude(target(buckets), claimed, parts, tmp_path, like).status)
        return run_id

    runs.start = finishes

    assert job.run(news()).status == "already_done"
    assert concluded == ["succeeded"]


def test_call_that_starts_a_run_is_one_that_aws_takes_and_repeats_its_token(buckets):
    client = boto3.client("emr-serverless")
    claimed = _claimed()
    with Stubber(client) as stub:
        arn = "arn:aws:emr-serverless:us-east-1:123456789012:/applications/00f1abc/jobruns/00f2"
        started = {"applicationId": "00f1abc", "jobRunId": "00f2", "arn": arn}
        stub.add_response("start_job_run", started)
        stub.add_client_error("get_job_run", "ResourceNotFoundException")
        runs = EmrRuns(client, APPLICATION, PROCESSED)

        assert runs.start(claimed) == "00f2"
        assert not runs.is_active("00f2")


@pytest.mark.parametrize(
    "other",
    [
        {"job": JobRun(attempt=2)},
        {"claim_id": "another"},
        {"code_version": "another"},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_token_is_that_of_one_attempt_under_one_claim_by_one_code(other):
    claimed = _claimed()

    assert client_token(claimed, "s3://a/") == client_token(claimed, "s3://a/")
    assert client_token(claimed.amended(**other), "s3://a/") != client_token(claimed, "s3://a/")
    assert client_token(claimed, "s3://b/") != client_token(claimed, "s3://a/")


def test_function_without_an_application_knows_no_run(buckets):
    job = Job(Landing(buckets.s3), lambda prefix: target(buckets, prefix), Settings())

    with pytest.raises(UnexpectedRun):
        job.fail("00f2")


def test_application_is_configured_as_a_whole(monkeypatch):
    monkeypatch.setenv("SPARK_APPLICATION_ID", "00f1abc")

    with pytest.raises(ValueError, match="SPARK_JOB_ROLE_ARN"):
        Settings()


def _claimed() -> PublishedReport:
    source = report_of("1,2024-01-05,C,W,1,1\n").source
    return PublishedReport.begin(PROCESSING, source, claim_id="c" * 32, job=JobRun(attempt=1))

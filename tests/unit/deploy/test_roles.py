"""Least privilege: what each role may do, and that the ETL does all of it and no more."""

import io
import json
from datetime import UTC, datetime
from pathlib import Path

import boto3
import pytest
from boto3.s3.transfer import TransferConfig
from botocore.stub import Stubber
from moto import mock_aws

from etl.publication.precedence import announce
from etl.report.model import PROCESSING, JobRun
from etl.s3.events import Notification
from etl.s3.landing import Landing
from etl.s3.processed import Processed
from etl.settings import Settings
from jobs.spark import run_folder, stored_object
from samples.sales import write_sales
from tests.role_policies import (
    FROM_LAMBDA,
    OWNER_SECRET,
    REDIS_SECRET,
    SECRET,
    TEMPLATE,
    Call,
    Role,
    recorded_calls,
    roles,
)
from tests.unit.deploy.test_template import of_type
from tests.unit.etl.job_runs import conclude, write_parts
from tests.unit.etl.reports import report_of
from tests.unit.spark.role_runs import recorded_runs

EVENTS = Path(__file__).parents[3] / "events"
# Neither names a resource: X-Ray takes none, and an interface has no name before it exists.
ON_ANY_RESOURCE = ("xray:", "ec2:")
ROLES = roles()


@pytest.mark.parametrize("role", ROLES.values(), ids=ROLES)
def test_role_allows_no_group_of_actions(role):
    assert [s for s in role.statements if any("*" in action for action in s.actions)] == []


@pytest.mark.parametrize("role", ROLES.values(), ids=ROLES)
def test_role_reaches_only_its_own_bucket_secret_queue_and_index(role):
    for statement in role.statements:
        if all(action.startswith(ON_ANY_RESOURCE) for action in statement.actions):
            continue
        for resource in statement.resources:
            owner = resource.split(":", 5)[5]
            assert owner.strip("*/"), resource
            assert not owner.startswith("*"), resource


def test_every_function_has_a_role_of_its_own():
    given = [
        function["Role"]["Fn::GetAtt"][1].removeprefix("Outputs.")
        for function in of_type("AWS::Serverless::Function").values()
        if function["Role"]["Fn::GetAtt"][0] == "Roles"  # the others are in stacks of their own
    ]
    assert sorted(f"{output}Role" for output in given) == sorted(ROLES)


def test_code_can_make_no_network_interface_though_its_role_lets_lambda():
    """The statement that denies has a condition on who calls."""
    for name in ("UsersApiRole", "SearchSyncRole", "MigrateRole", "RotateRole"):
        interface = Call("ec2:CreateNetworkInterface", "*")
        assert ROLES[name].allows(interface, FROM_LAMBDA), name
        assert not ROLES[name].allows(interface), name


def test_migrate_may_read_both_logins_and_nothing_else():
    role = ROLES["MigrateRole"]
    assert role.actions_of_the_code == {"secretsmanager:GetSecretValue"}
    for secret in (SECRET, OWNER_SECRET):
        assert role.allows(Call("secretsmanager:GetSecretValue", secret))


@pytest.mark.parametrize("name", sorted(ROLES.keys() - {"MigrateRole", "RotateRole"}))
def test_only_who_makes_users_may_read_the_login_that_changes_tables(name):
    assert not ROLES[name].allows(Call("secretsmanager:GetSecretValue", OWNER_SECRET))


def test_only_what_uses_the_cache_may_read_its_login():
    reads = Call("secretsmanager:GetSecretValue", REDIS_SECRET)
    allowed = {name for name, role in ROLES.items() if role.allows(reads)}
    assert allowed == {"UsersApiRole", "SearchSyncRole"}


def test_a_redis_that_asks_for_no_password_gives_no_right_to_a_secret():
    secrets = [
        resource
        for statement in roles(RedisSecretArn="")["UsersApiRole"].statements
        for resource in statement.resources
        if "secretsmanager:GetSecretValue" in statement.actions
    ]
    assert secrets == [SECRET]


class Context:
    function_name = "SalesEtlFunction"
    memory_limit_in_mb = 3008
    invoked_function_arn = "arn:aws:lambda:us-east-1:123456789012:function:SalesEtlFunction"
    aws_request_id = "52fdfc07-2182-454f-963f-5f0f9a621d72"


@pytest.fixture
def s3(monkeypatch):
    for name, value in {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": "",
        "LANDING_BUCKET": "sales-landing",
        "PROCESSED_BUCKET": "sales-processed",
        "ETL_MAX_BYTES": "1000000000",
        "GLUE_DATABASE": "",
        "POWERTOOLS_METRICS_NAMESPACE": "SalesServerless",
        "POWERTOOLS_SERVICE_NAME": "sales-etl",
    }.items():
        monkeypatch.setenv(name, value)
    with mock_aws():
        client = boto3.client("s3")
        for bucket in ("sales-landing", "sales-processed"):
            client.create_bucket(Bucket=bucket)
            versioned = {"Status": "Enabled"}
            client.put_bucket_versioning(Bucket=bucket, VersioningConfiguration=versioned)
        yield client


PLAIN = b"order_id,customer_id,product,quantity,price,order_date\n1,C,W,1,2,2024-01-05\n"
WIDER = b"order_id,customer_id,product,quantity,price,order_date,region\n1,C,W,1,2,2024-01-05,n\n"


def event(key: str) -> dict:
    put = json.loads((EVENTS / "s3_put.json").read_text())
    put["Records"][0]["s3"]["object"]["key"] = key
    return put


SPARK = {
    "ReleaseLabel": "emr-spark-8.0.0",
    "Architecture": "arm64",
    "RetentionInDays": "30",
    "Topic": "t",
    "Name": "sales",
}


# EMR writes down what the program says; the program does not.
LOGS = {"logs:DescribeLogGroups"}


def job_role() -> Role:
    template = TEMPLATE.with_name("spark.yaml")
    return roles(template, ArtifactsBucket="sales-artifacts", **SPARK)["JobRole"]


def leave_parts(s3, folder: Path) -> None:
    """What a run of the Spark job made of parted.csv, before a small file takes its place."""
    landing, target = Landing(s3), Processed(s3, "sales-processed", "parted/")
    source = landing.find(Notification("sales-landing", "parted.csv"))
    right = announce(source, target, target.current(), PROCESSING, job=JobRun(attempt=1))
    parts = write_parts(target, right.report, folder, 1)
    like = report_of("1,2024-01-05,C,W,1,1\n")
    conclude(target, right.report, parts, folder, like)


def starts_jobs(monkeypatch) -> Stubber:
    """Files over 1 MB go to an application whose answers are those of one run that works."""
    for name, value in {
        "ETL_MAX_BYTES": "1000000",
        "SPARK_APPLICATION_ID": "00f1",
        "SPARK_JOB_ROLE_ARN": "arn:aws:iam::123456789012:role/sales-job",
        "SPARK_ARTIFACTS": "s3://sales-artifacts/1/",
        "SPARK_LOG_GROUP": "jobs",
    }.items():
        monkeypatch.setenv(name, value)
    from etl import handler

    client = boto3.client("emr-serverless")
    stub = Stubber(client)
    arn = "arn:aws:emr-serverless:us-east-1:123456789012:/applications/00f1/jobruns/00f2"
    stub.add_response("start_job_run", {"applicationId": "00f1", "jobRunId": "00f2", "arn": arn})
    stub.add_response("get_job_run", {"jobRun": job_run(arn)})
    stub.activate()
    monkeypatch.setattr(handler, "emr_client", lambda _url: client)
    return stub


def job_run(arn: str) -> dict:
    return {
        "applicationId": "00f1",
        "jobRunId": "00f2",
        "arn": arn,
        "createdBy": "arn:aws:iam::123456789012:root",
        "createdAt": datetime(2026, 11, 27, tzinfo=UTC),
        "updatedAt": datetime(2026, 11, 27, tzinfo=UTC),
        "executionRole": "arn:aws:iam::123456789012:role/sales-job",
        "state": "RUNNING",
        "stateDetails": "it works",
        "releaseLabel": "emr-spark-8.0.0",
        "jobDriver": {"sparkSubmit": {"entryPoint": "s3://sales-artifacts/1/entry.py"}},
    }


@pytest.mark.parametrize("database", ["", "sales_db"])
def test_etl_makes_exactly_the_calls_that_its_role_allows(s3, monkeypatch, database, tmp_path):
    monkeypatch.setenv("GLUE_DATABASE", database)
    boto3.client("glue").create_database(DatabaseInput={"Name": "sales_db"})
    answered = starts_jobs(monkeypatch)
    sample = io.StringIO()
    write_sales(sample)
    s3.put_object(Bucket="sales-landing", Key="raw.csv", Body=sample.getvalue().encode())
    second = s3.put_object(Bucket="sales-landing", Key="raw.csv", Body=b"order_id\n")
    # The table is made for the first and has to learn a column of the second.
    s3.put_object(Bucket="sales-landing", Key="plain.csv", Body=PLAIN)
    s3.put_object(Bucket="sales-landing", Key="wider.csv", Body=WIDER)
    s3.put_object(Bucket="sales-landing", Key="large.csv", Body=PLAIN * 20_000)
    s3.put_object(Bucket="sales-landing", Key="parted.csv", Body=PLAIN)
    leave_parts(s3, tmp_path)
    s3.put_object(Bucket="sales-landing", Key="parted.csv", Body=WIDER)
    latest = event("raw.csv")
    versioned = event("raw.csv")
    versioned["Records"][0]["s3"]["object"]["versionId"] = second["VersionId"]
    from etl import handler  # Powertools reads the environment when it is imported

    handler.job.cache_clear()
    with recorded_calls() as calls:
        handler.handler(versioned, Context())
        handler.handler(latest, Context())
        handler.handler(event("plain.csv"), Context())
        handler.handler(event("wider.csv"), Context())
        handler.handler(event("parted.csv"), Context())
        handler.handler(event("large.csv"), Context())
        handler.handler(event("large.csv"), Context())
    handler.job.cache_clear()
    answered.assert_no_pending_responses()
    role = roles(GlueDatabase=database)["SalesEtlRole"]
    assert [call for call in calls if not role.allows(call)] == []
    # Listing is allowed for the sake of its answer only: without it a missing object is forbidden.
    assert {call.action for call in calls} | {"s3:ListBucket"} == role.actions_of_the_code


def test_the_spark_job_makes_exactly_the_calls_that_its_role_allows(s3, monkeypatch):
    monkeypatch.setenv("GLUE_DATABASE", "sales_db")
    boto3.client("glue").create_database(DatabaseInput={"Name": "sales_db"})
    # However short a text is, it goes in parts.
    in_parts = TransferConfig(multipart_threshold=1, multipart_chunksize=5 << 20)
    monkeypatch.setattr(run_folder, "_UPLOAD", in_parts)
    stored_object.client.cache_clear()

    statuses, calls = recorded_runs(s3, Settings())

    stored_object.client.cache_clear()
    assert statuses == ["warned", "warned", "refused"]
    role = job_role()
    assert [call for call in calls if not role.allows(call)] == []
    # Listing is allowed for the sake of its answer only: without it a missing object is forbidden.
    # An upload is aborted where its text breaks off between two parts.
    unused = {"s3:ListBucket", "s3:AbortMultipartUpload"}
    assert {call.action for call in calls} | unused == role.actions_of_the_code - LOGS


@mock_aws
def test_what_lambda_reads_from_a_queue_is_no_call_of_a_function():
    """An application that another test started in this process reads on."""
    sqs = boto3.client("sqs", region_name="us-east-1")
    queue = sqs.create_queue(QueueName="orders")["QueueUrl"]
    with recorded_calls() as calls:
        sqs.receive_message(QueueUrl=queue)
    assert calls == set()


def test_the_spark_job_cannot_change_its_program_nor_what_was_put():
    role = job_role()
    assert role.allows(Call("s3:GetObject", "arn:aws:s3:::sales-artifacts/1/entry.py"))
    assert not role.allows(Call("s3:PutObject", "arn:aws:s3:::sales-artifacts/1/entry.py"))
    assert not role.allows(Call("s3:PutObject", "arn:aws:s3:::sales-landing/raw.csv"))


def test_checks_make_exactly_the_calls_that_their_role_allows(s3, monkeypatch):
    monkeypatch.setenv("AUTH_REQUIRED", "false")
    s3.put_object(Bucket="sales-landing", Key="raw.csv", Body=PLAIN)
    from etl import check_api

    check_api._settings.cache_clear()
    check_api._store.cache_clear()
    with recorded_calls() as calls:
        for method, path, extra in (
            ("POST", "/datasets/checks", {}),
            ("PUT", "/datasets/descriptions", {"description": {}}),
            ("GET", "/datasets/descriptions", {}),
            ("DELETE", "/datasets/descriptions", {}),
        ):
            request = {
                "rawPath": path,
                "rawQueryString": "key=raw.csv" if method in ("GET", "DELETE") else "",
                "headers": {"content-type": "application/json"},
                "requestContext": {"http": {"method": method, "path": path}},
                "body": json.dumps({"key": "raw.csv", **extra}),
            }
            assert check_api.handler(request, Context())["statusCode"] in (200, 204)
    check_api._settings.cache_clear()
    check_api._store.cache_clear()
    role = ROLES["DatasetCheckRole"]
    assert [call for call in calls if not role.allows(call)] == []
    assert {call.action for call in calls} | {"s3:ListBucket"} == role.actions_of_the_code


def test_glue_is_allowed_only_with_a_database_and_then_one_table_of_it():
    without = roles(GlueDatabase="")["SalesEtlRole"]
    assert not any(action.startswith("glue:") for action in without.actions_of_the_code)
    (statement,) = [s for s in ROLES["SalesEtlRole"].statements if "glue:GetTable" in s.actions]
    assert [resource.split(":", 5)[5] for resource in statement.resources] == [
        "catalog",
        "database/sales_db",
        "table/sales_db/sales",
    ]

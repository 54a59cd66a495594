"""With --iam a call is judged by the caller's role, and refused in the words of AWS."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from samulator.servers.aws.iam.callers import Caller
from samulator.servers.aws.service import AwsServer
from testkit.aws_process import Declared, aws_client, started_aws

ACCOUNT = "123456789012"
ARN = "arn:aws:{}:us-east-1:123456789012:{}"
TRUST = {"Statement": {"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole"}}
SECRET = ARN.format("secretsmanager", "secret:login-a1b2c3")


def allow(*actions: str, on: str | list[str]) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": [*actions], "Resource": on}


def role(name: str, *statements: dict[str, Any], managed: tuple[str, ...] = ()) -> Declared:
    policies = [{"PolicyName": "own", "PolicyDocument": {"Statement": [*statements]}}]
    properties = {
        "AssumeRolePolicyDocument": TRUST,
        "Policies": policies if statements else [],
        "ManagedPolicyArns": [f"arn:aws:iam::aws:policy/{each}" for each in managed],
    }
    return ("AWS::IAM::Role", name, properties)


DECLARED: tuple[Declared, ...] = (
    ("AWS::S3::Bucket", "files", {}),
    ("AWS::SQS::Queue", "jobs", {}),
    ("AWS::SNS::Topic", "news", {}),
    ("AWS::SecretsManager::Secret", "login", {"SecretString": "s"}),
    ("AWS::SSM::Parameter", "/app/limit", {"Type": "String", "Value": "5"}),
    (
        "AWS::DynamoDB::Table",
        "people",
        {
            "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
            "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        },
    ),
    role(
        "writer",
        allow("s3:PutObject", "s3:GetObject", on="arn:aws:s3:::files/out/*"),
        allow("sqs:SendMessage", on=ARN.format("sqs", "jobs")),
        allow("sns:Publish", on=ARN.format("sns", "news")),
        allow("dynamodb:PutItem", on=ARN.format("dynamodb", "table/people")),
        allow("dynamodb:PartiQLSelect", on=ARN.format("dynamodb", "table/people")),
        allow("secretsmanager:GetSecretValue", on=SECRET),
        allow("ssm:GetParameter*", on=ARN.format("ssm", "parameter/app/*")),
        allow("lambda:InvokeFunction", on=ARN.format("lambda", "function:Mine*")),
        allow("scheduler:ListSchedules", on="*"),
    ),
    role("reader", managed=("AmazonS3ReadOnlyAccess", "service-role/AWSLambdaBasicExecutionRole")),
    role(
        "forbidden",
        allow("s3:*", on="*"),
        {"Effect": "Deny", "Action": "s3:DeleteObject", "Resource": "arn:aws:s3:::files/*"},
    ),
    ("AWS::EMRServerless::Application", "jobs1", {"ReleaseLabel": "emr-spark-8.0.0"}),
    role(
        "starter",
        allow("emr-serverless:StartJobRun", on=ARN.format("emr-serverless", "/applications/jobs1")),
        allow("iam:PassRole", on=f"arn:aws:iam::{ACCOUNT}:role/job")
        | {"Condition": {"StringEquals": {"iam:PassedToService": "emr-serverless.amazonaws.com"}}},
    ),
    role("nothing"),
)
CALLERS = tuple(
    Caller(f"arn:aws:iam::{ACCOUNT}:role/{name}", f"{name}-function")
    for name in ("writer", "reader", "forbidden", "nothing", "starter")
)
As = Callable[[str, str], Any]


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AwsServer]:
    with started_aws(tmp_path_factory.mktemp("aws"), *DECLARED, callers=CALLERS) as server:
        assert server.problems()[0] == []
        yield server


@pytest.fixture(scope="module")
def of(aws: AwsServer) -> As:
    """Clients with the credentials of a role."""

    def client(name: str, service: str) -> Any:
        (caller,) = (each for each in CALLERS if each.role == name)
        credentials = {key.lower(): value for key, value in caller.credentials.items()}
        once = Config(retries={"total_max_attempts": 1})
        return aws_client(aws, service, config=once, **credentials)

    return client


def refusal(call: Callable[..., Any], **parameters: Any) -> tuple[str, str]:
    """The code and the message of the error that a call must end in."""
    with pytest.raises(ClientError) as refused:
        call(**parameters)
    error = refused.value.response["Error"]
    return error["Code"], error["Message"]


def test_a_put_that_the_role_lacks_is_refused_and_says_what_is_missing(of: As) -> None:
    s3 = of("writer", "s3")

    s3.put_object(Bucket="files", Key="out/a.csv", Body=b"1")
    code, message = refusal(s3.put_object, Bucket="files", Key="in/a.csv", Body=b"1")

    assert code == "AccessDenied"
    assert message == (
        "User: arn:aws:sts::123456789012:assumed-role/writer/writer-function is not authorized to "
        'perform: s3:PutObject on resource: "arn:aws:s3:::files/in/a.csv" because no '
        "identity-based policy allows the s3:PutObject action"
    )


def test_whoever_starts_a_job_run_must_be_let_pass_its_role(of: As) -> None:
    emr, account = of("starter", "emr-serverless"), f"arn:aws:iam::{ACCOUNT}"
    job = {"sparkSubmit": {"entryPoint": "s3://files/job.py"}}

    started = emr.start_job_run(
        applicationId="jobs1", executionRoleArn=f"{account}:role/job", jobDriver=job
    )
    _, message = refusal(
        emr.start_job_run,
        applicationId="jobs1",
        executionRoleArn=f"{account}:role/owner",
        jobDriver=job,
    )
    assert "iam:PassRole on resource: " + f"{account}:role/owner" in message
    _, message = refusal(emr.get_job_run, applicationId="jobs1", jobRunId=started["jobRunId"])
    assert f"/applications/jobs1/jobruns/{started['jobRunId']}" in message


def test_nothing_of_a_refused_put_is_stored(aws: AwsServer, of: As) -> None:
    refusal(of("nothing", "s3").put_object, Bucket="files", Key="never", Body=b"1")

    listed = aws_client(aws, "s3").list_objects_v2(Bucket="files", Prefix="never")
    assert listed["KeyCount"] == 0


def test_an_explicit_deny_is_named_as_such(of: As) -> None:
    s3 = of("forbidden", "s3")
    s3.put_object(Bucket="files", Key="kept", Body=b"1")
    objects = {"Objects": [{"Key": "kept"}]}

    for call, parameters in (
        (s3.delete_object, {"Key": "kept"}),
        (s3.delete_objects, {"Delete": objects}),
    ):
        _, message = refusal(call, Bucket="files", **parameters)
        assert message.endswith(
            's3:DeleteObject on resource: "arn:aws:s3:::files/kept" '
            "with an explicit deny in an identity-based policy"
        )


def test_policies_of_aws_itself_are_known_by_their_names(of: As) -> None:
    s3 = of("reader", "s3")
    of("forbidden", "s3").put_object(Bucket="files", Key="read/me", Body=b"text")

    assert s3.get_object(Bucket="files", Key="read/me")["Body"].read() == b"text"
    assert refusal(s3.put_object, Bucket="files", Key="a", Body=b"")[0] == "AccessDenied"
    assert of("reader", "logs").create_log_group(logGroupName="/mine")


def test_who_may_not_list_is_not_told_that_a_key_is_missing(of: As) -> None:
    """As on AWS: 403 instead of 404."""
    assert refusal(of("reader", "s3").get_object, Bucket="files", Key="no")[0] == "NoSuchKey"
    code, message = refusal(of("writer", "s3").get_object, Bucket="files", Key="out/no")

    assert code == "AccessDenied"
    assert 's3:ListBucket on resource: "arn:aws:s3:::files"' in message
    assert refusal(of("writer", "s3").head_object, Bucket="files", Key="out/no")[0] == "403"


def test_a_policy_of_the_bucket_allows_and_denies_too(aws: AwsServer, of: As) -> None:
    reads = {"Effect": "Allow", "Principal": {"AWS": CALLERS[3].role_arn}, "Action": "s3:GetObject"}
    tls = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    writers = {"AWS": [CALLERS[2].arn]}
    locked = {"Effect": "Deny", "Principal": writers, "Action": "s3:PutObject"}
    on = {"Resource": "arn:aws:s3:::shared/*"}
    owner = aws_client(aws, "s3")
    owner.create_bucket(Bucket="shared")
    policy = {"Version": "2012-10-17", "Statement": [reads | on, tls | on, locked | on]}
    owner.put_bucket_policy(Bucket="shared", Policy=json.dumps(policy))

    owner.put_object(Bucket="shared", Key="a", Body=b"text")

    assert of("nothing", "s3").get_object(Bucket="shared", Key="a")["Body"].read() == b"text"
    assert refusal(of("writer", "s3").get_object, Bucket="shared", Key="a")[0] == "AccessDenied"
    refused = refusal(of("forbidden", "s3").put_object, Bucket="shared", Key="b", Body=b"")
    assert "explicit deny" in refused[1]


def test_a_copy_needs_the_get_of_its_source(of: As) -> None:
    s3 = of("writer", "s3")
    of("forbidden", "s3").put_object(Bucket="files", Key="in/source", Body=b"1")
    source = {"Bucket": "files", "Key": "in/source"}

    _, message = refusal(s3.copy_object, Bucket="files", Key="out/copy", CopySource=source)

    assert "s3:GetObject" in message


def test_a_presigned_link_may_what_its_signer_may(of: As) -> None:
    import urllib.error
    import urllib.request

    def link(name: str) -> str:
        parameters = {"Bucket": "files", "Key": "linked"}
        return of(name, "s3").generate_presigned_url("get_object", Params=parameters)

    of("forbidden", "s3").put_object(Bucket="files", Key="linked", Body=b"text")

    assert urllib.request.urlopen(link("reader")).read() == b"text"
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(link("nothing"))


@pytest.mark.parametrize(
    ("service", "operation", "parameters", "resource"),
    [
        (
            "dynamodb",
            "put_item",
            {"TableName": "people", "Item": {"id": {"S": "1"}}},
            ARN.format("dynamodb", "table/people"),
        ),
        (
            "sqs",
            "send_message",
            {"QueueUrl": f"http://127.0.0.1/{ACCOUNT}/jobs", "MessageBody": "m"},
            ARN.format("sqs", "jobs"),
        ),
        (
            "sns",
            "publish",
            {"TopicArn": ARN.format("sns", "news"), "Message": "m"},
            ARN.format("sns", "news"),
        ),
        ("secretsmanager", "get_secret_value", {"SecretId": "login"}, SECRET),
        (
            "ssm",
            "get_parameter",
            {"Name": "/app/limit"},
            ARN.format("ssm", "parameter/app/limit"),
        ),
        ("scheduler", "list_schedules", {}, "*"),
    ],
)
def test_every_service_allows_and_refuses_by_its_own_actions(
    of: As, service: str, operation: str, parameters: dict[str, Any], resource: str
) -> None:
    assert getattr(of("writer", service), operation)(**parameters)

    code, message = refusal(getattr(of("nothing", service), operation), **parameters)

    assert code in ("AccessDenied", "AccessDeniedException", "AuthorizationError")
    name = "".join(word.title() for word in operation.split("_"))
    assert f"is not authorized to perform: {service}:{name} on resource: {resource} " in message


def test_functions_are_invoked_by_those_who_may(of: As) -> None:
    """No functions run beside these services, so that the next one in the way answers."""
    allowed = refusal(of("writer", "lambda").invoke, FunctionName="Mine:live")
    code, message = refusal(of("writer", "lambda").invoke, FunctionName="Other")

    assert allowed[0] == "NotImplemented"
    assert code == "AccessDeniedException"
    assert "lambda:InvokeFunction on resource: " + ARN.format("lambda", "function:Other") in message


def test_a_transaction_needs_what_its_items_need(of: As) -> None:
    put = {"Put": {"TableName": "people", "Item": {"id": {"S": "t"}}}}
    delete = {"Delete": {"TableName": "people", "Key": {"id": {"S": "t"}}}}
    dynamodb = of("writer", "dynamodb")

    dynamodb.transact_write_items(TransactItems=[put])
    _, message = refusal(dynamodb.transact_write_items, TransactItems=[delete])

    assert "dynamodb:DeleteItem" in message


@pytest.mark.parametrize(
    ("service", "operation", "parameters"),
    [
        (
            "sqs",
            "send_message_batch",
            {
                "QueueUrl": f"http://127.0.0.1/{ACCOUNT}/jobs",
                "Entries": [{"Id": "a", "MessageBody": "m"}],
            },
        ),
        (
            "sns",
            "publish_batch",
            {
                "TopicArn": ARN.format("sns", "news"),
                "PublishBatchRequestEntries": [{"Id": "a", "Message": "m"}],
            },
        ),
    ],
)
def test_a_batch_needs_what_one_of_it_needs(
    of: As, service: str, operation: str, parameters: dict[str, Any]
) -> None:
    assert getattr(of("writer", service), operation)(**parameters)["Successful"]

    _, message = refusal(getattr(of("nothing", service), operation), **parameters)

    name = {"sqs": "SendMessage", "sns": "Publish"}[service]
    assert f"to perform: {service}:{name} on resource: " in message


@pytest.mark.parametrize(
    ("statement", "verb", "resource"),
    [
        ("DELETE FROM \"people\" WHERE id = '1'", "Delete", "people"),
        ("insert into people value {'id': '2'}", "Insert", "people"),
        ("UPDATE people SET a = 1 WHERE id = '1'", "Update", "people"),
        ('select * from "other"."by-name"', "Select", "other/index/by-name"),
    ],
)
def test_a_statement_needs_the_action_of_its_verb_on_its_table(
    of: As, statement: str, verb: str, resource: str
) -> None:
    dynamodb = of("writer", "dynamodb")

    dynamodb.execute_statement(Statement="SELECT * FROM people")
    _, alone = refusal(dynamodb.execute_statement, Statement=statement)
    _, among = refusal(
        dynamodb.batch_execute_statement,
        Statements=[{"Statement": "SELECT * FROM people"}, {"Statement": statement}],
    )

    table = ARN.format("dynamodb", f"table/{resource}")
    assert f"dynamodb:PartiQL{verb} on resource: {table} " in alone
    assert f"dynamodb:PartiQL{verb} on resource: {table} " in among


def test_everybody_may_ask_who_they_are(of: As) -> None:
    identity = of("nothing", "sts").get_caller_identity()

    assert identity["Arn"] == ("arn:aws:sts::123456789012:assumed-role/nothing/nothing-function")


def test_tools_of_this_machine_may_do_all(aws: AwsServer) -> None:
    assert aws_client(aws, "s3").list_buckets()["Buckets"]
    assert aws_client(aws, "sqs").list_queues()["QueueUrls"]

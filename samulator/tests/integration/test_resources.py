"""What a template declares is there when AWS's services answer, as the template says it."""

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from botocore.exceptions import ClientError

from samulator.servers.aws.config import AwsConfig
from samulator.servers.aws.iam.callers import Caller
from samulator.servers.aws.service import AwsServer
from samulator.servers.process import ServiceFailed
from samulator.template.api_keys import value_of
from samulator.template.model import Resource
from samulator.template.names import made_up_hash
from testkit.aws_process import Declared, aws_client, started_aws
from testkit.ports import reserve_port
from testkit.timing import wait_until

ARN = "arn:aws:{}:us-east-1:123456789012:{}"
POOL = "us-east-1_Users"
KEY = "0b7ff5ac-3c35-4b6f-8e2f-9d3f8f2b1c5e"
TABLE: dict[str, Any] = {
    "AttributeDefinitions": [
        {"AttributeName": "id", "AttributeType": "S"},
        {"AttributeName": "city", "AttributeType": "S"},
    ],
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "BillingMode": "PAY_PER_REQUEST",
    "StreamSpecification": {"StreamViewType": "NEW_IMAGE"},
    "SSESpecification": {"SSEEnabled": True},
    "TimeToLiveSpecification": {"AttributeName": "expires", "Enabled": "true"},
    "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True},
    "GlobalSecondaryIndexes": [
        {
            "IndexName": "by-city",
            "KeySchema": [{"AttributeName": "city", "KeyType": "HASH"}],
            "Projection": {"ProjectionType": "ALL"},
        }
    ],
}
TRUST = {
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": ["lambda.amazonaws.com"]},
            "Action": "sts:AssumeRole",
        }
    ]
}
WRITE = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "s3:PutObject", "Resource": "*"}],
}
DECLARED: tuple[Declared, ...] = (
    (
        "AWS::SQS::Queue",
        "jobs",
        {
            "VisibilityTimeout": 90,
            "Tags": [{"Key": "team", "Value": "a"}],
            "RedrivePolicy": {
                "deadLetterTargetArn": ARN.format("sqs", "dead"),
                "maxReceiveCount": 3,
            },
        },
    ),
    ("AWS::SQS::Queue", "dead", {}),
    ("AWS::SQS::Queue", "steps.fifo", {"FifoQueue": "true", "ContentBasedDeduplication": True}),
    ("AWS::SQS::Queue", "plain", {"FifoQueue": "false"}),
    (
        "AWS::S3::Bucket",
        "files",
        {
            "VersioningConfiguration": {"Status": "Enabled"},
            "NotificationConfiguration": {
                "QueueConfigurations": [
                    {
                        "Event": "s3:ObjectCreated:*",
                        "Queue": ARN.format("sqs", "told"),
                        "Filter": {"S3Key": {"Rules": [{"Name": "suffix", "Value": ".csv"}]}},
                    }
                ]
            },
            "CorsConfiguration": {
                "CorsRules": [{"AllowedMethods": ["GET"], "AllowedOrigins": ["*"], "MaxAge": "60"}]
            },
        },
    ),
    (
        "AWS::S3::BucketPolicy",
        "over-tls",
        {
            "Bucket": "files",
            "PolicyDocument": {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Deny",
                        "Principal": "*",
                        "Action": "s3:*",
                        "Resource": "arn:aws:s3:::files/*",
                        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
                    },
                    {
                        "Effect": "Deny",
                        "Principal": "*",
                        "Action": "s3:PutObject",
                        "Resource": "arn:aws:s3:::files/locked/*",
                    },
                ],
            },
        },
    ),
    ("AWS::SQS::Queue", "told", {}),
    ("AWS::DynamoDB::Table", "people", TABLE),
    (
        "AWS::SNS::Topic",
        "news",
        {
            "DisplayName": "News",
            "Subscription": [{"Protocol": "sqs", "Endpoint": ARN.format("sqs", "inline")}],
        },
    ),
    ("AWS::SQS::Queue", "inline", {}),
    ("AWS::SQS::Queue", "some", {}),
    (
        "AWS::SNS::Subscription",
        "Some",
        {
            "TopicArn": ARN.format("sns", "news"),
            "Protocol": "sqs",
            "Endpoint": ARN.format("sqs", "some"),
            "RawMessageDelivery": True,
            "FilterPolicy": {"kind": ["a"]},
        },
    ),
    ("AWS::Events::EventBus", "orders", {}),
    (
        "AWS::Events::Rule",
        "paid",
        {
            "EventBusName": "orders",
            "EventPattern": {"detail-type": ["Paid"]},
            "Targets": [{"Id": "queue", "Arn": ARN.format("sqs", "plain")}],
        },
    ),
    ("AWS::Kinesis::Stream", "clicks", {"ShardCount": "2", "RetentionPeriodHours": 48}),
    (
        "AWS::SecretsManager::Secret",
        "login",
        {
            "GenerateSecretString": {
                "SecretStringTemplate": '{"username": "ann"}',
                "GenerateStringKey": "password",
                "PasswordLength": 20,
                "ExcludePunctuation": True,
            }
        },
    ),
    ("AWS::SSM::Parameter", "/app/limit", {"Type": "String", "Value": 5}),
    (
        "AWS::Cognito::UserPool",
        POOL,
        {"AutoVerifiedAttributes": ["email"], "UsernameAttributes": ["email"]},
    ),
    (
        "AWS::Cognito::UserPoolClient",
        "web",
        {"UserPoolId": POOL, "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH"]},
    ),
    ("AWS::Cognito::UserPoolClient", "server", {"UserPoolId": POOL, "GenerateSecret": True}),
    (
        "AWS::KMS::Key",
        KEY,
        {
            "KeyPolicy": {"Statement": []},
            "EnableKeyRotation": True,
            "Tags": [{"Key": "team", "Value": "a"}],
        },
    ),
    ("AWS::ApiGateway::ApiKey", "mobile", {"Enabled": True, "Description": "of the app"}),
    ("AWS::KMS::Alias", "alias/app", {"AliasName": "alias/app", "TargetKeyId": KEY}),
    ("AWS::Logs::LogGroup", "/app/log", {"RetentionInDays": 7}),
    (
        "AWS::IAM::Role",
        "writer",
        {
            "AssumeRolePolicyDocument": TRUST,
            "ManagedPolicyArns": [
                "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
            ],
            "Policies": [
                {"PolicyName": "own", "PolicyDocument": WRITE},
                {"PolicyName": "old", "PolicyDocument": {"Statement": WRITE["Statement"]}},
            ],
        },
    ),
    ("AWS::IAM::ManagedPolicy", "shared", {"Roles": ["writer"], "PolicyDocument": WRITE}),
    (
        "AWS::StepFunctions::StateMachine",
        "flow",
        {
            "DefinitionString": {"StartAt": "A", "States": {"A": {"Type": "${Kind}", "End": True}}},
            "DefinitionSubstitutions": {"Kind": "Pass"},
            "RoleArn": "arn:aws:iam::123456789012:role/writer",
        },
    ),
    (
        "AWS::StepFunctions::StateMachine",
        "without-role",
        {"DefinitionString": {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}},
    ),
    (
        "AWS::CloudWatch::Alarm",
        "errors",
        {
            "MetricName": "Errors",
            "Namespace": "AWS/Lambda",
            "Threshold": "1",
            "EvaluationPeriods": 1,
            "ComparisonOperator": "GreaterThanThreshold",
            "Statistic": "Sum",
            "Period": 60,
        },
    ),
    (
        "AWS::SSM::Document",
        "listing",
        {
            "Content": {
                "schemaVersion": "2.2",
                "description": "lists",
                "mainSteps": [
                    {"action": "aws:runShellScript", "name": "ls", "inputs": {"runCommand": ["ls"]}}
                ],
            }
        },
    ),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("aws")


@pytest.fixture(scope="module")
def aws(folder: Path) -> Iterator[AwsServer]:
    with started_aws(folder, *DECLARED) as server:
        yield server


def test_a_policy_that_wants_tls_shuts_nobody_out_and_plain_denials_hold(aws: AwsServer) -> None:
    s3 = aws_client(aws, "s3")
    s3.put_object(Bucket="files", Key="open.txt", Body=b"")
    with pytest.raises(ClientError, match="AccessDenied"):
        s3.put_object(Bucket="files", Key="locked/closed.txt", Body=b"")


def test_a_process_that_starts_when_called_is_small_until_then_and_keeps_its_caller_waiting(
    tmp_path: Path,
) -> None:
    bucket = Resource("Early", "AWS::S3::Bucket", "early", {}, physical_id="early")
    config = AwsConfig(resources=(bucket,), starts_when_called=True)
    server = AwsServer(tmp_path, reserve_port(), config=config)
    server.launch()
    try:
        before = psutil.Process(server.pid).memory_info().rss
        listed = aws_client(server, "s3").list_buckets()["Buckets"]
        after = psutil.Process(server.pid).memory_info().rss
    finally:
        server.stop()
    assert [each["Name"] for each in listed] == ["early"]
    assert before < 30 * 2**20 < after


def test_a_port_that_another_took_meanwhile_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(ServiceFailed, match=f"AWS services cannot listen on 127.0.0.1:{port}"):
            AwsServer(tmp_path, port).launch()


def test_nothing_of_it_is_missing(aws: AwsServer) -> None:
    wait_until(lambda: aws.problems()[1])
    assert aws.problems() == ([], True)


def test_a_queue_may_name_a_dead_letter_queue_that_is_declared_later(aws: AwsServer) -> None:
    assert json.loads(_attributes(aws, "jobs")["RedrivePolicy"]) == {
        "deadLetterTargetArn": ARN.format("sqs", "dead"),
        "maxReceiveCount": 3,
    }
    assert _attributes(aws, "jobs")["VisibilityTimeout"] == "90"


def test_a_queue_is_fifo_or_it_is_not(aws: AwsServer) -> None:
    assert _attributes(aws, "steps.fifo")["FifoQueue"] == "true"
    assert "FifoQueue" not in _attributes(aws, "plain")


def test_a_bucket_keeps_versions_and_tells_the_queue_that_the_template_names(
    aws: AwsServer,
) -> None:
    s3 = aws_client(aws, "s3")

    put = s3.put_object(Bucket="files", Key="a.csv", Body=b"1")
    s3.put_object(Bucket="files", Key="a.txt", Body=b"1")

    assert put["VersionId"] not in (None, "null")
    test, told = map(json.loads, _messages(aws, "told"))
    assert test["Event"] == "s3:TestEvent"
    assert told["Records"][0]["s3"]["object"]["key"] == "a.csv"
    assert s3.get_bucket_cors(Bucket="files")["CORSRules"][0]["MaxAgeSeconds"] == 60


def test_a_table_has_its_index_stream_expiry_and_backups(aws: AwsServer) -> None:
    dynamodb = aws_client(aws, "dynamodb")
    item = {"id": {"S": "1"}, "city": {"S": "Rome"}}
    dynamodb.put_item(TableName="people", Item=item)

    found = dynamodb.query(
        TableName="people",
        IndexName="by-city",
        KeyConditionExpression="city = :c",
        ExpressionAttributeValues={":c": {"S": "Rome"}},
    )
    table = dynamodb.describe_table(TableName="people")["Table"]
    expiry = dynamodb.describe_time_to_live(TableName="people")["TimeToLiveDescription"]

    assert found["Items"] == [item]
    assert table["LatestStreamArn"] == table["TableArn"] + "/stream/2020-01-01T00:00:00.000"
    assert table["StreamSpecification"] == {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}
    assert table["TableArn"] == ARN.format("dynamodb", "table/people")
    assert (expiry["TimeToLiveStatus"], expiry["AttributeName"]) == ("ENABLED", "expires")


def test_code_that_names_another_region_finds_the_table(aws: AwsServer) -> None:
    elsewhere = aws_client(aws, "dynamodb", region_name="eu-west-3")

    table = elsewhere.describe_table(TableName="people")["Table"]

    assert table["TableArn"] == ARN.format("dynamodb", "table/people")


def test_a_topic_serves_subscriptions_inside_it_and_beside_it(aws: AwsServer) -> None:
    sns = aws_client(aws, "sns")
    kind = {"kind": {"DataType": "String", "StringValue": "b"}}

    sns.publish(TopicArn=ARN.format("sns", "news"), Message="hello", MessageAttributes=kind)
    kind["kind"]["StringValue"] = "a"
    sns.publish(TopicArn=ARN.format("sns", "news"), Message="raw", MessageAttributes=kind)

    assert len(_messages(aws, "inline")) == 2
    assert _messages(aws, "some") == ["raw"]


def test_a_rule_stands_on_its_bus_with_its_targets(aws: AwsServer) -> None:
    events = aws_client(aws, "events")
    entry = {"EventBusName": "orders", "Source": "shop", "DetailType": "Paid", "Detail": "{}"}

    events.put_events(Entries=[entry])

    (message,) = _messages(aws, "plain")
    assert json.loads(message)["detail-type"] == "Paid"


def test_a_secret_gets_a_password_inside_of_what_the_template_begins(aws: AwsServer) -> None:
    arn = ARN.format("secretsmanager", "secret:login-a1b2c3")
    value = aws_client(aws, "secretsmanager").get_secret_value(SecretId=arn)
    login = json.loads(value["SecretString"])

    assert login["username"] == "ann"
    assert len(login["password"]) == 20
    assert login["password"].isalnum()


def test_a_user_signs_up_and_in_at_the_pool_that_has_the_id_of_the_template(
    aws: AwsServer,
) -> None:
    cognito = aws_client(aws, "cognito-idp")
    cognito.sign_up(ClientId="web", Username="a@b.example", Password="Secret-12345")
    cognito.admin_confirm_sign_up(UserPoolId=POOL, Username="a@b.example")

    signed_in = cognito.initiate_auth(
        ClientId="web",
        AuthFlow="USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": "a@b.example", "PASSWORD": "Secret-12345"},
    )

    token = signed_in["AuthenticationResult"]["AccessToken"]
    attributes = {
        a["Name"]: a["Value"] for a in cognito.get_user(AccessToken=token)["UserAttributes"]
    }
    assert attributes["email"] == "a@b.example"


def test_a_client_has_the_secret_that_references_of_the_template_have(aws: AwsServer) -> None:
    cognito = aws_client(aws, "cognito-idp")
    client = cognito.describe_user_pool_client(UserPoolId=POOL, ClientId="server")
    assert client["UserPoolClient"]["ClientSecret"] == made_up_hash("server")


def test_a_key_of_an_api_has_the_value_by_which_its_door_lets_callers_in(aws: AwsServer) -> None:
    found = aws_client(aws, "apigateway").get_api_key(apiKey="mobile", includeValue=True)

    assert (found["name"], found["enabled"]) == ("mobile", True)
    assert found["value"] == value_of(Resource("mobile", "AWS::ApiGateway::ApiKey", "mobile", {}))


def test_a_key_has_the_id_of_the_template_and_works_by_its_alias(aws: AwsServer) -> None:
    kms = aws_client(aws, "kms")

    hidden = kms.encrypt(KeyId="alias/app", Plaintext=b"text")

    assert hidden["KeyId"] == ARN.format("kms", f"key/{KEY}")
    assert kms.decrypt(CiphertextBlob=hidden["CiphertextBlob"])["Plaintext"] == b"text"


def test_a_role_has_policies_inside_it_and_beside_it(aws: AwsServer) -> None:
    iam = aws_client(aws, "iam")

    own = iam.get_role_policy(RoleName="writer", PolicyName="own")
    attached = iam.list_attached_role_policies(RoleName="writer")["AttachedPolicies"]

    assert own["PolicyDocument"] == WRITE
    assert "shared" in [policy["PolicyName"] for policy in attached]


def test_what_is_read_back_is_what_the_template_says(aws: AwsServer) -> None:
    parameter = aws_client(aws, "ssm").get_parameter(Name="/app/limit")["Parameter"]
    logs = aws_client(aws, "logs").describe_log_groups(logGroupNamePrefix="/app/log")
    stream = aws_client(aws, "kinesis").describe_stream_summary(StreamName="clicks")
    alarm = aws_client(aws, "cloudwatch").describe_alarms(AlarmNames=["errors"])
    machine = aws_client(aws, "stepfunctions").describe_state_machine(
        stateMachineArn=ARN.format("states", "stateMachine:flow")
    )

    assert (parameter["Value"], parameter["Type"]) == ("5", "String")
    assert logs["logGroups"][0]["retentionInDays"] == 7
    assert stream["StreamDescriptionSummary"]["OpenShardCount"] == 2
    assert stream["StreamDescriptionSummary"]["RetentionPeriodHours"] == 48
    assert alarm["MetricAlarms"][0]["Threshold"] == 1
    assert json.loads(machine["definition"])["States"]["A"]["Type"] == "Pass"


def test_a_document_that_names_no_type_is_a_command(aws: AwsServer) -> None:
    document = aws_client(aws, "ssm").describe_document(Name="listing")["Document"]
    assert document["DocumentType"] == "Command"


def test_a_state_machine_that_names_no_role_is_there(aws: AwsServer) -> None:
    machine = aws_client(aws, "stepfunctions").describe_state_machine(
        stateMachineArn=ARN.format("states", "stateMachine:without-role")
    )

    assert machine["roleArn"].startswith("arn:aws:iam::123456789012:role/")


def test_what_cannot_be_made_is_one_line_each_and_the_rest_is_there(tmp_path: Path) -> None:
    with started_aws(
        tmp_path,
        (
            "AWS::SNS::Subscription",
            "Lost",
            {"TopicArn": ARN.format("sns", "no"), "Protocol": "sqs", "Endpoint": "x"},
        ),
        ("AWS::KMS::Alias", "alias/x", {}),
        ("AWS::DynamoDB::Table", "bare", {}),
        ("AWS::StepFunctions::StateMachine", "away", {"DefinitionS3Location": {"Bucket": "b"}}),
        (
            "AWS::StepFunctions::StateMachine",
            "lost",
            {"DefinitionString": '{"StartAt": "A", "States": {"B": {"Type": "Succeed"}}}'},
        ),
        ("AWS::Unknown::Thing", "what", {}),
        (
            "AWS::DynamoDB::Table",
            "copied",
            TABLE | {"KinesisStreamSpecification": {"StreamArn": ARN.format("kinesis", "s")}},
        ),
        ("AWS::SQS::Queue", "queue", {}),
    ) as server:
        wait_until(lambda: server.problems()[1])
        problems, _ = server.problems()
        assert _attributes(server, "queue")

    assert [line.split(" is not there: ")[0] for line in problems] == [
        "Lost (AWS::SNS::Subscription)",
        "x (AWS::KMS::Alias)",
        "bare (AWS::DynamoDB::Table)",
        "away (AWS::StepFunctions::StateMachine)",
        "lost (AWS::StepFunctions::StateMachine)",
        "copied (AWS::DynamoDB::Table) is there, but not as the template says: its changes go to "
        "no stream of Kinesis here, its own stream has them",
    ]
    assert problems[1].endswith("AliasName is missing")
    assert "AWS refuses its definition: Missing 'Next' target: A at /StartAt" in problems[4]
    assert not any("\n" in line for line in problems)


def test_what_is_there_without_all_that_the_template_says_is_not_said_to_be_missing(
    tmp_path: Path,
) -> None:
    """A queue gets its redrive policy, a rule its targets once it is there."""
    dead_letters = ARN.format("sqs", "dead")
    with started_aws(
        tmp_path,
        ("AWS::SQS::Queue", "dead", {}),
        (
            "AWS::SQS::Queue",
            "slip",
            {"RedrivePolicy": {"deadLetterTargetArn": dead_letters, "maxReceiveCont": 3}},
        ),
        (
            "AWS::SQS::Queue",
            "other.fifo",
            {
                "FifoQueue": True,
                "RedrivePolicy": {"deadLetterTargetArn": dead_letters, "maxReceiveCount": 3},
            },
        ),
        (
            "AWS::Events::Rule",
            "rule",
            {"ScheduleExpression": "rate(1 day)", "Targets": [{"Id": "a", "Arn": "x"}]},
        ),
        ("AWS::SQS::Queue", "plain", {"FifoQueue": True, "RedrivePolicy": {}}),
    ) as server:
        problems, _ = server.problems()
        assert _attributes(server, "slip")
        assert _attributes(server, "other.fifo")

    there = "is there, but not as the template says:"
    rule, *queues = problems
    assert rule.startswith(f"rule (AWS::Events::Rule) {there} Parameter x is not valid.")
    assert queues == [
        "plain (AWS::SQS::Queue) is not there: Queue name must end in .fifo for FIFO queues",
        f"slip (AWS::SQS::Queue) {there} Redrive policy does not contain maxReceiveCount",
        f"other.fifo (AWS::SQS::Queue) {there} Fifo queues cannot use non fifo dead letter queues",
    ]


@pytest.mark.parametrize("callers", [(), (Caller(ARN.format("iam", "role/role"), "function"),)])
def test_a_policy_that_a_role_lacks_is_told_where_roles_are_judged(
    tmp_path: Path, callers: tuple[Caller, ...]
) -> None:
    statement = {"Effect": "Allow", "Action": "sqs:*", "Resource": "no-arn"}
    policy = {"PolicyName": "Queues", "PolicyDocument": {"Statement": [statement]}}
    role = {"AssumeRolePolicyDocument": {}, "Policies": [policy]}
    with started_aws(tmp_path, ("AWS::IAM::Role", "role", role), callers=callers) as server:
        wait_until(lambda: server.problems()[1])
        problems, _ = server.problems()

    assert len(problems) == len(callers)
    assert all("policy Queues is left out: Resource no-arn must be in ARN" in p for p in problems)


def test_what_fails_for_want_of_another_resource_names_that_one(tmp_path: Path) -> None:
    dead = Resource("Dead", "AWS::SQS::Queue", "dead", {"FifoQueue": True})
    policy = {"deadLetterTargetArn": ARN.format("sqs", "dead"), "maxReceiveCount": 3}
    jobs = Resource("Jobs", "AWS::SQS::Queue", "jobs", {"RedrivePolicy": policy}, ("Dead",))
    config = AwsConfig(resources=(dead, jobs))
    server = AwsServer(tmp_path, reserve_port(), config=config)
    server.start()
    try:
        problems, _ = server.problems()
    finally:
        server.stop()

    assert problems[1].startswith(
        "Jobs (AWS::SQS::Queue) is there, but not as the template says: Dead, which it needs, is "
        "not there ("
    )


def test_a_process_that_starts_again_has_them_again(tmp_path: Path) -> None:
    with started_aws(tmp_path, ("AWS::SQS::Queue", "queue", {})) as server:
        server.stop()
        server.start()

        assert _attributes(server, "queue")


def test_what_no_function_calls_at_once_is_made_when_somebody_asks(tmp_path: Path) -> None:
    with started_aws(
        tmp_path, ("AWS::Logs::LogGroup", "/app", {}), ("AWS::SQS::Queue", "queue", {})
    ) as server:
        groups = aws_client(server, "logs").describe_log_groups()["logGroups"]

        assert [group["logGroupName"] for group in groups] == ["/app"]
        assert server.problems() == ([], True)


def test_commands_find_machines_though_parameters_need_none(aws: AwsServer) -> None:
    """EC2 is imported when a command asks which machines it is for."""
    tagged = [{"Key": "tag:team", "Values": ["a"]}]
    sent = aws_client(aws, "ssm").send_command(DocumentName="AWS-RunShellScript", Targets=tagged)

    assert sent["Command"]["Targets"] == tagged
    assert aws_client(aws, "ec2").describe_vpcs()["Vpcs"]


def test_mail_of_a_sender_that_nobody_verified_is_sent_to_a_log(
    aws: AwsServer, folder: Path
) -> None:
    to = {"ToAddresses": ["ada@example.org"]}
    body = {"Text": {"Data": "Dear Ada"}}
    sender = "shop@example.org"

    for service, members in (
        ("ses", {"Source": sender, "Message": {"Subject": {"Data": "First"}, "Body": body}}),
        (
            "sesv2",
            {
                "FromEmailAddress": sender,
                "Content": {"Simple": {"Subject": {"Data": "Second"}, "Body": body}},
            },
        ),
    ):
        sent = aws_client(aws, service).send_email(Destination=to, **members)
        assert sent["MessageId"]

    log = (folder / "logs" / "ses.log").read_text()
    for subject in ("First", "Second"):
        assert f"from {sender} to ada@example.org: {subject}\n  Dear Ada\n" in log


def test_a_service_that_moto_lacks_says_so_to_the_client(aws: AwsServer) -> None:
    with pytest.raises(ClientError, match="moto has no such service"):
        aws_client(aws, "gamelift").list_fleets()


def _attributes(server: AwsServer, queue: str) -> dict[str, str]:
    sqs = aws_client(server, "sqs")
    url = sqs.get_queue_url(QueueName=queue)["QueueUrl"]
    attributes: dict[str, str] = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])[
        "Attributes"
    ]
    return attributes


def _messages(server: AwsServer, queue: str) -> list[str]:
    sqs = aws_client(server, "sqs")
    url = sqs.get_queue_url(QueueName=queue)["QueueUrl"]
    answer = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)
    return [message["Body"] for message in answer.get("Messages", [])]

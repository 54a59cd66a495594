"""The roles of infrastructure/ as moto's IAM judges them, and the calls that code makes.

Deny, conditions and resources count. Conditions are samulator's: moto takes one that does not hold
for a refusal, where IAM passes the statement over.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch
from urllib.parse import urlsplit

from botocore.client import BaseClient
from botocore.signers import RequestSigner
from moto.iam.access_control import IAMPolicy, PermissionResult

from api.users.search.client import Client
from samulator.servers.aws.iam.conditions import holds
from samulator.template.load import load_application
from samulator.template.model import Resource
from tests.template_document import read_document

TEMPLATE = Path(__file__).parent.parent / "infrastructure" / "roles.yaml"
SECRET = "arn:aws:secretsmanager:us-east-1:123456789012:secret:user"
REDIS_SECRET = "arn:aws:secretsmanager:us-east-1:123456789012:secret:redis"
OWNER_SECRET = "arn:aws:secretsmanager:us-east-1:123456789012:secret:owner"
DOMAIN = "arn:aws:es:us-east-1:123456789012:domain/search"
PARAMETERS = {
    "ApplicationStack": "sales",
    "LandingBucket": "sales-landing",
    "ProcessedBucket": "sales-processed",
    "FailureQueueArn": "arn:aws:sqs:us-east-1:123456789012:failures",
    "GlueDatabase": "sales_db",
    "SparkApplicationId": "00f1",
    "SparkJobRoleArn": "arn:aws:iam::123456789012:role/sales-job",
    "DatabaseUserSecretArn": SECRET,
    "DatabaseOwnerSecretArn": OWNER_SECRET,
    "RedisSecretArn": REDIS_SECRET,
    "SearchArn": DOMAIN,
    "UsersApiLogs": "arn:aws:logs:us-east-1:123456789012:log-group:users-api:*",
    "SearchSyncLogs": "arn:aws:logs:us-east-1:123456789012:log-group:search-sync:*",
    "MigrateLogs": "arn:aws:logs:us-east-1:123456789012:log-group:migrate:*",
    "RotateLogs": "arn:aws:logs:us-east-1:123456789012:log-group:rotate:*",
    "DatasetCheckLogs": "arn:aws:logs:us-east-1:123456789012:log-group:dataset-check:*",
    "SalesEtlLogs": "arn:aws:logs:us-east-1:123456789012:log-group:sales-etl:*",
    "DatasetsLogs": "arn:aws:logs:us-east-1:123456789012:log-group:datasets:*",
    "DatasetQueryLogs": "arn:aws:logs:us-east-1:123456789012:log-group:dataset-query:*",
}
DEPLOYMENTS = "arn:aws:codedeploy:us-east-1:123456789012:deploymentgroup"
# The Lambda service makes these calls with the function's role; the code does not.
FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:sales-UsersApiFunction-1"
# Lambda adds this key to each call of a function's code, and to none of its own.
# https://docs.aws.amazon.com/lambda/latest/dg/permissions-source-function-arn.html
Context = Mapping[str, tuple[str, ...]]
FROM_THE_CODE: Context = {"lambda:sourcefunctionarn": (FUNCTION,)}
# To which service the code passes a role.
PASSED: Context = {"iam:passedtoservice": ("emr-serverless.amazonaws.com",)}
FROM_LAMBDA: Context = {"lambda:sourcefunctionarn": ()}
# What Lambda itself reads: an application of another test may go on reading in this process.
EVENT_SOURCES = ("dynamodbstreams", "kinesis", "sqs")
MADE_BY_LAMBDA = ("logs:", "xray:", "ec2:", "sqs:SendMessage")


@dataclass(frozen=True)
class Call:
    """One IAM action on one resource."""

    action: str
    resource: str


@dataclass(frozen=True)
class Statement:
    """As it is written; moto judges it where its condition holds."""

    document: Mapping[str, Any]

    @property
    def effect(self) -> str:
        return str(self.document["Effect"])

    @property
    def actions(self) -> tuple[str, ...]:
        return _tuple(self.document["Action"])

    @property
    def resources(self) -> tuple[str, ...]:
        return _tuple(self.document["Resource"])

    def judges(self, call: Call, context: Context) -> PermissionResult:
        """Moto's verdict; what its condition keeps out says nothing, as in IAM."""
        conditions = self.document.get("Condition", {})
        # What is not known stops nobody from being denied.
        if not holds(conditions, context, unknown=self.effect == "Deny"):
            return PermissionResult.NEUTRAL
        plain = {name: part for name, part in self.document.items() if name != "Condition"}
        policy = IAMPolicy(json.dumps({"Statement": [plain]}))
        return policy.is_action_permitted(call.action, call.resource)


@dataclass(frozen=True)
class Role:
    """Its statements, those of managed policies included."""

    name: str
    all_statements: tuple[Statement, ...]

    @property
    def statements(self) -> tuple[Statement, ...]:
        """Those that allow."""
        return tuple(one for one in self.all_statements if one.effect == "Allow")

    def allows(self, call: Call, context: Context = FROM_THE_CODE) -> bool:
        """Allowed by one, denied by none: by default for a call of the function's own code."""
        known = {**context, **(PASSED if call.action == "iam:PassRole" else {})}
        verdicts = {one.judges(call, known) for one in self.all_statements}
        return PermissionResult.PERMITTED in verdicts and PermissionResult.DENIED not in verdicts

    @property
    def actions_of_the_code(self) -> set[str]:
        actions = {action for statement in self.statements for action in statement.actions}
        return {action for action in actions if not action.startswith(MADE_BY_LAMBDA)}


def roles(template: Path = TEMPLATE, **changed: str) -> dict[str, Role]:
    """Every role by its logical id, with the template's parameters `changed`."""
    declared = read_document(template)["Parameters"]
    parameters = {n: text for n, text in (PARAMETERS | changed).items() if n in declared}
    resources = load_application(template, parameters=parameters).resources
    return {
        name: Role(name, tuple(_statements(resource, resources)))
        for name, resource in resources.items()
        if resource.type == "AWS::IAM::Role"
    }


def _statements(role: Resource, resources: Mapping[str, Resource]) -> Iterator[Statement]:
    documents = [policy["PolicyDocument"] for policy in role.properties.get("Policies", [])]
    managed = role.properties.get("ManagedPolicyArns", [])
    for other in resources.values():
        arn = f"arn:aws:iam::123456789012:policy/{other.name}"
        is_managed = other.type == "AWS::IAM::ManagedPolicy" and arn in managed
        is_attached = other.type == "AWS::IAM::Policy" and role.name in other.properties["Roles"]
        if is_managed or is_attached:
            documents.append(other.properties["PolicyDocument"])
    for document in documents:
        for statement in document["Statement"]:
            yield Statement(statement)


def _tuple(value: str | list[str]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


@contextmanager
def recorded_calls() -> Iterator[set[Call]]:
    """Every AWS call and presigned URL that functions make, and every call of the search domain."""
    calls: set[Call] = set()
    make, call = BaseClient._make_api_call, Client.call

    def record_api_call(self: BaseClient, operation: str, parameters: dict[str, Any]) -> Any:
        if self.meta.service_model.service_name not in EVENT_SOURCES:
            calls.update(_iam(operation, parameters))
        return make(self, operation, parameters)

    def record_search(self: Client, method: str, path: str, **options: Any) -> Any:
        action = f"es:ESHttp{method.capitalize()}"
        calls.add(Call(action, f"{DOMAIN}{path.partition('?')[0]}"))
        return call(self, method, path, **options)

    with (
        patch.object(BaseClient, "_make_api_call", record_api_call),
        patch.object(Client, "call", record_search),
        _recorded_presigning(calls),
    ):
        yield calls


@contextmanager
def _recorded_presigning(calls: set[Call]) -> Iterator[None]:
    presign: Callable[..., str] = RequestSigner.generate_presigned_url

    def record(
        self: RequestSigner, request_dict: Mapping[str, Any], *rest: Any, **options: Any
    ) -> str:
        url = urlsplit(request_dict["url"])  # local endpoints have the bucket in the path
        _, bucket, key = url.path.split("/", 2)
        version = {"VersionId": "any"} if "versionId=" in url.query else {}
        operation = options.get("operation_name") or rest[0]
        calls.update(_iam(operation, {"Bucket": bucket, "Key": key, **version}))
        return presign(self, request_dict, *rest, **options)

    with patch.object(RequestSigner, "generate_presigned_url", record):
        yield


def _iam(operation: str, parameters: Mapping[str, Any]) -> Iterator[Call]:
    """Service Authorization Reference, Amazon S3, Secrets Manager and AWS Glue."""
    if "SecretId" in parameters:
        yield Call(f"secretsmanager:{operation}", parameters["SecretId"])
        return
    if operation in ("Invoke", "GetAlias"):
        yield _lambda(operation, parameters)
        return
    if "applicationId" in parameters:
        yield from _job_runs(operation, parameters)
        return
    if operation == "PutLifecycleEventHookExecutionStatus":
        yield Call(f"codedeploy:{operation}", f"{DEPLOYMENTS}:sales-Application-1/sales-Group-1")
        return
    if "DatabaseName" in parameters:
        yield from _glue(operation, parameters)
        return
    bucket = f"arn:aws:s3:::{parameters['Bucket']}"
    if operation == "DeleteObjects":
        for named in parameters["Delete"]["Objects"]:
            yield Call("s3:DeleteObject", f"{bucket}/{named['Key']}")
        return
    item = f"{bucket}/{parameters.get('Key', '')}"
    read = "s3:GetObjectVersion" if "VersionId" in parameters else "s3:GetObject"
    actions = {
        "GetObject": (read, item),
        "HeadObject": (read, item),
        "PutObject": ("s3:PutObject", item),
        "CopyObject": ("s3:PutObject", item),
        "AbortMultipartUpload": ("s3:AbortMultipartUpload", item),
        "CompleteMultipartUpload": ("s3:PutObject", item),
        "CreateMultipartUpload": ("s3:PutObject", item),
        "UploadPart": ("s3:PutObject", item),
        "DeleteObject": ("s3:DeleteObject", item),
        "ListObjectsV2": ("s3:ListBucket", bucket),
    }
    yield Call(*actions[operation])
    if "Tagging" in parameters:
        yield Call("s3:PutObjectTagging", item)


def _job_runs(operation: str, parameters: Mapping[str, Any]) -> Iterator[Call]:
    """Who starts a run passes it a role."""
    name = parameters["applicationId"]
    application = f"arn:aws:emr-serverless:us-east-1:123456789012:/applications/{name}"
    if operation == "StartJobRun":
        yield Call("iam:PassRole", parameters["executionRoleArn"])
        yield Call("emr-serverless:StartJobRun", application)
    else:
        yield Call(f"emr-serverless:{operation}", f"{application}/jobruns/{parameters['jobRunId']}")


def _lambda(operation: str, parameters: Mapping[str, Any]) -> Call:
    """A version is a resource of its own, an alias that is looked up is none."""
    function, version = parameters["FunctionName"], parameters.get("Qualifier")
    action = "lambda:InvokeFunction" if operation == "Invoke" else f"lambda:{operation}"
    return Call(action, f"{function}:{version}" if version else function)


def _glue(operation: str, parameters: Mapping[str, Any]) -> Iterator[Call]:
    """A call on a table needs its database and the catalog allowed as well."""
    database = parameters["DatabaseName"]
    table = (
        parameters.get("Name") or parameters.get("TableName") or parameters["TableInput"]["Name"]
    )
    for resource in ("catalog", f"database/{database}", f"table/{database}/{table}"):
        yield Call(f"glue:{operation}", f"arn:aws:glue:us-east-1:123456789012:{resource}")

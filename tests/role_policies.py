"""The roles of infrastructure/roles.yaml as IAM reads them, and the calls that code makes."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any
from unittest.mock import patch
from urllib.parse import urlsplit

from botocore.client import BaseClient
from botocore.signers import RequestSigner

from api.users.search.client import Client
from samulator.template.load import load_application
from samulator.template.model import Resource

TEMPLATE = Path(__file__).parent.parent / "infrastructure" / "roles.yaml"
SECRET = "arn:aws:secretsmanager:us-east-1:123456789012:secret:user"
OWNER_SECRET = "arn:aws:secretsmanager:us-east-1:123456789012:secret:owner"
DOMAIN = "arn:aws:es:us-east-1:123456789012:domain/search"
PARAMETERS = {
    "ApplicationStack": "sales",
    "LandingBucket": "sales-landing",
    "ProcessedBucket": "sales-processed",
    "FailureQueueArn": "arn:aws:sqs:us-east-1:123456789012:failures",
    "GlueDatabase": "sales_db",
    "DatabaseUserSecretArn": SECRET,
    "DatabaseOwnerSecretArn": OWNER_SECRET,
    "SearchArn": DOMAIN,
    "UsersApiLogs": "arn:aws:logs:us-east-1:123456789012:log-group:users-api:*",
    "SearchSyncLogs": "arn:aws:logs:us-east-1:123456789012:log-group:search-sync:*",
    "MigrateLogs": "arn:aws:logs:us-east-1:123456789012:log-group:migrate:*",
    "DatasetCheckLogs": "arn:aws:logs:us-east-1:123456789012:log-group:dataset-check:*",
    "SalesEtlLogs": "arn:aws:logs:us-east-1:123456789012:log-group:sales-etl:*",
    "DatasetsLogs": "arn:aws:logs:us-east-1:123456789012:log-group:datasets:*",
}
# The Lambda service makes these calls with the function's role; the code does not.
MADE_BY_LAMBDA = ("logs:", "xray:", "ec2:", "sqs:SendMessage")


@dataclass(frozen=True)
class Call:
    """One IAM action on one resource."""

    action: str
    resource: str


@dataclass(frozen=True)
class Statement:
    effect: str
    actions: tuple[str, ...]
    resources: tuple[str, ...]

    def matches(self, call: Call) -> bool:
        return call.action in self.actions and any(
            fnmatchcase(call.resource, resource) for resource in self.resources
        )


@dataclass(frozen=True)
class Role:
    """Its allowing statements, managed policies included."""

    name: str
    statements: tuple[Statement, ...]

    def allows(self, call: Call) -> bool:
        return any(statement.matches(call) for statement in self.statements)

    @property
    def actions_of_the_code(self) -> set[str]:
        actions = {action for statement in self.statements for action in statement.actions}
        return {action for action in actions if not action.startswith(MADE_BY_LAMBDA)}


def roles(**changed: str) -> dict[str, Role]:
    """Every role by its logical id, with the parameters of roles.yaml `changed`."""
    resources = load_application(TEMPLATE, parameters=PARAMETERS | changed).resources
    return {
        name: Role(name, tuple(_statements(resource, resources)))
        for name, resource in resources.items()
        if resource.type == "AWS::IAM::Role"
    }


def _statements(role: Resource, resources: Mapping[str, Resource]) -> Iterator[Statement]:
    documents = [policy["PolicyDocument"] for policy in role.properties["Policies"]]
    managed = role.properties.get("ManagedPolicyArns", [])
    for other in resources.values():
        arn = f"arn:aws:iam::123456789012:policy/{other.name}"
        is_managed = other.type == "AWS::IAM::ManagedPolicy" and arn in managed
        is_attached = other.type == "AWS::IAM::Policy" and role.name in other.properties["Roles"]
        if is_managed or is_attached:
            documents.append(other.properties["PolicyDocument"])
    for document in documents:
        for statement in document["Statement"]:
            if statement["Effect"] == "Allow":
                yield Statement("Allow", _tuple(statement["Action"]), _tuple(statement["Resource"]))


def _tuple(value: str | list[str]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


@contextmanager
def recorded_calls() -> Iterator[set[Call]]:
    """Every AWS call and presigned URL made meanwhile, and every call of the search domain."""
    calls: set[Call] = set()
    make, call = BaseClient._make_api_call, Client.call

    def record_api_call(self: BaseClient, operation: str, parameters: dict[str, Any]) -> Any:
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
    if operation == "GetSecretValue":
        yield Call("secretsmanager:GetSecretValue", parameters["SecretId"])
        return
    if "DatabaseName" in parameters:
        yield from _glue(operation, parameters)
        return
    bucket = f"arn:aws:s3:::{parameters['Bucket']}"
    item = f"{bucket}/{parameters.get('Key', '')}"
    read = "s3:GetObjectVersion" if "VersionId" in parameters else "s3:GetObject"
    actions = {
        "GetObject": (read, item),
        "HeadObject": (read, item),
        "PutObject": ("s3:PutObject", item),
        "CopyObject": ("s3:PutObject", item),
        "ListObjectsV2": ("s3:ListBucket", bucket),
    }
    yield Call(*actions[operation])
    if "Tagging" in parameters:
        yield Call("s3:PutObjectTagging", item)


def _glue(operation: str, parameters: Mapping[str, Any]) -> Iterator[Call]:
    """A call on a table needs its database and the catalog allowed as well."""
    database = parameters["DatabaseName"]
    table = (
        parameters.get("Name") or parameters.get("TableName") or parameters["TableInput"]["Name"]
    )
    for resource in ("catalog", f"database/{database}", f"table/{database}/{table}"):
        yield Call(f"glue:{operation}", f"arn:aws:glue:us-east-1:123456789012:{resource}")

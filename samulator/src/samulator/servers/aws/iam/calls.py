"""The actions that a request asks for, of every service but S3."""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any
from urllib.parse import unquote

from botocore.exceptions import UnknownServiceError

from samulator.servers.aws.client import local_session
from samulator.servers.aws.config import ACCOUNT_ID
from samulator.servers.aws.iam.call import Call
from samulator.servers.aws.iam.partiql import OPERATIONS, statement_calls
from samulator.servers.aws.iam.request import SignedRequest
from samulator.servers.aws.iam.resources import resources_of
from samulator.servers.aws.lambda_calls import called_connections

# Where policies and signatures have different words for a service.
_PREFIXES = {"email": "ses", "monitoring": "cloudwatch", "tagging": "tag"}
_FUNCTION = re.compile(r"/20\d\d-\d\d-\d\d/functions/([^/]+)(/[^/]*)?")
_CBOR = re.compile(r"/service/\w+/operation/(\w+)")
# One call that is several in the words of policies.
_TRANSACTIONS = {"TransactWriteItems", "TransactGetItems"}
# What policies know by the name of the operation on one.
_OF_BATCHES = {
    "sns:PublishBatch": "sns:Publish",
    "sqs:ChangeMessageVisibilityBatch": "sqs:ChangeMessageVisibility",
    "sqs:DeleteMessageBatch": "sqs:DeleteMessage",
    "sqs:SendMessageBatch": "sqs:SendMessage",
}
_PUBLIC = {"sts:GetCallerIdentity", "sts:GetSessionToken"}


def calls_of(request: SignedRequest) -> list[Call]:
    """Returns nothing where no policy is asked, or this machine cannot tell the action."""
    if request.path.startswith(("/2015-03-31/functions/", "/2021-11-15/functions/")):
        return [*_lambda_calls(request)]
    if request.service == "emr-serverless":
        return [*_job_calls(request)]
    service = _PREFIXES.get(request.service, request.service)
    operation = _operation(request)
    if operation is None or f"{service}:{operation}" in _PUBLIC:
        return []
    parameters = request.parameters()
    if operation in _TRANSACTIONS:
        return [*_transaction(request, parameters)]
    if service == "dynamodb" and operation in OPERATIONS:
        return [*statement_calls(request.region, parameters)]
    action = _OF_BATCHES.get(f"{service}:{operation}", f"{service}:{operation}")
    resources: list[str | None] = [*resources_of(service, request.region, parameters)]
    context = _context(service, parameters)
    return [Call(action, resource, context) for resource in resources or [None]]


def connection_call(request: SignedRequest, apis: Mapping[str, str]) -> Call | None:
    """Return a call of @connections, whose API is one of `apis` by its id in lower case."""
    called = called_connections(request.path)
    if called is None or called[0] not in apis:
        return None
    stage, _, rest = called[1].rpartition("/@connections/")
    place = f"{apis[called[0]]}{stage}/{request.method}/@connections/{rest}"
    arn = f"arn:aws:execute-api:{request.region}:{ACCOUNT_ID}:{place}"
    return Call("execute-api:ManageConnections", arn)


def _operation(request: SignedRequest) -> str | None:
    environ = request.environ
    if "HTTP_X_AMZ_TARGET" in environ:
        return str(environ["HTTP_X_AMZ_TARGET"]).rpartition(".")[2]
    if found := _CBOR.fullmatch(request.path):
        return found[1]
    form = str(environ.get("CONTENT_TYPE", "")).startswith("application/x-www-form-urlencoded")
    if form or "Action" in request.query:
        return str((request.parameters() if form else request.query).get("Action") or "") or None
    return _rest_operation(request)


def _rest_operation(request: SignedRequest) -> str | None:
    """By method and path, as the service describes itself; the longest path wins."""
    for method, pattern, name in _routes(request.service):
        if method == request.method and pattern.fullmatch(request.path):
            return name
    return None


@cache
def _routes(service: str) -> tuple[tuple[str, re.Pattern[str], str], ...]:
    try:
        client: Any = local_session("us-east-1").client(service)  # type: ignore[call-overload]
    except UnknownServiceError:
        return ()
    model = client.meta.service_model
    routes = []
    for name in model.operation_names:
        http = model.operation_model(name).http
        path = re.escape(str(http["requestUri"]).split("?")[0])
        # A label, or with a plus several segments.
        path = re.sub(r"\\\{\w+\\\+\\\}", ".+", path)
        path = re.sub(r"\\\{\w+\\\}", "[^/]+", path)
        routes.append((str(http["method"]), re.compile(path + "/?"), name))
    return tuple(sorted(routes, key=lambda route: -len(route[1].pattern)))


def _lambda_calls(request: SignedRequest) -> Iterator[Call]:
    found = _FUNCTION.match(request.path)
    if found is None:
        return
    name = unquote(found[1])
    qualifier = request.query.get("Qualifier")
    arn = name
    if not name.startswith("arn:"):
        name = name.rsplit(":function:", 1)[-1]
        arn = f"arn:aws:lambda:{request.region}:{ACCOUNT_ID}:function:{name}"
    if qualifier:
        arn = f"{arn}:{qualifier}"
    invokes = (found[2] or "").endswith("invocations")
    action = "InvokeFunction" if invokes else _rest_operation(request) or "GetFunction"
    yield Call(f"lambda:{action}", arn)


def _job_calls(request: SignedRequest) -> Iterator[Call]:
    """Of an application or a run by its path; who starts one passes a role to the service."""
    operation = _rest_operation(request)
    if operation is None:
        return
    arn = f"arn:aws:emr-serverless:{request.region}:{ACCOUNT_ID}:{request.path.rstrip('/')}"
    if operation == "StartJobRun":
        arn = arn.removesuffix("/jobruns")
        service = {"iam:passedtoservice": ("emr-serverless.amazonaws.com",)}
        role = str(request.parameters().get("executionRoleArn"))
        yield Call("iam:PassRole", role, service)
    yield Call(f"emr-serverless:{operation}", arn)


def _transaction(request: SignedRequest, parameters: Mapping[str, Any]) -> Iterator[Call]:
    names = {"Put": "PutItem", "Update": "UpdateItem", "Delete": "DeleteItem", "Get": "GetItem"}
    for item in parameters.get("TransactItems") or ():
        for kind, operation in item.items():
            action = f"dynamodb:{names.get(kind, 'ConditionCheckItem')}"
            for resource in resources_of("dynamodb", request.region, operation):
                yield Call(action, resource)


def _context(service: str, parameters: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """Keys of a service's own, as far as its parameters say them."""
    if service == "dynamodb":
        return _leading_keys(parameters)
    if service == "secretsmanager" and "VersionStage" in parameters:
        return {"secretsmanager:versionstage": (str(parameters["VersionStage"]),)}
    return {}


def _leading_keys(parameters: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """The value of the partition key, which an item or a key names first where it has one."""
    key = parameters.get("Key")
    if isinstance(key, Mapping) and len(key) == 1:
        (value,) = key.values()
        if isinstance(value, Mapping):
            return {"dynamodb:leadingkeys": tuple(str(text) for text in value.values())}
    return {}

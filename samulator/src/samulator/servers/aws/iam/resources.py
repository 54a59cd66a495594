"""Which resources a call is about: ARNs made of its parameters.

https://docs.aws.amazon.com/service-authorization/latest/reference/
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from samulator.servers.aws.config import ACCOUNT_ID

Parameters = Mapping[str, Any]
# An ARN of the service from the rest of it.
Arn = Callable[[str], str]
_Find = Callable[[Parameters, Arn], Iterable[str]]


def resources_of(service: str, region: str, parameters: Parameters) -> list[str]:
    """Returns the ARNs; none where the parameters or this table do not tell."""

    def arn(rest: str) -> str:
        return f"arn:aws:{service}:{region}:{ACCOUNT_ID}:{rest}"

    find = _FINDERS.get(service)
    return [*dict.fromkeys(find(parameters, arn))] if find is not None else []


def _named(name: str, rest: str = "{}", *, also_arn: str | None = None) -> _Find:
    """One parameter: a name, put into `rest`, or an ARN already."""

    def find(parameters: Parameters, arn: Arn) -> Iterable[str]:
        for key in (name, also_arn):
            value = parameters.get(key) if key else None
            if isinstance(value, str) and value:
                yield value if value.startswith("arn:") else arn(rest.format(value))

    return find


def _any_of(*finders: _Find) -> _Find:
    """The first that finds something."""

    def find(parameters: Parameters, arn: Arn) -> Iterable[str]:
        return next((found for each in finders if (found := [*each(parameters, arn)])), [])

    return find


def _tables(parameters: Parameters, arn: Arn) -> Iterable[str]:
    """Of DynamoDB: one table or index of it, or all that a batch or a transaction names."""
    names = [parameters["TableName"]] if "TableName" in parameters else []
    names += parameters.get("RequestItems") or ()
    for item in parameters.get("TransactItems") or ():
        names += [operation["TableName"] for operation in item.values()]
    index = f"/index/{parameters['IndexName']}" if parameters.get("IndexName") else ""
    for name in names:
        yield (name if name.startswith("arn:") else arn(f"table/{name}")) + index
    if "StreamArn" in parameters:
        yield parameters["StreamArn"]
    if "ShardIterator" in parameters:
        # ARN of the stream, a bar, and where in it.
        yield str(parameters["ShardIterator"]).partition("|")[0]


def _queue(parameters: Parameters, arn: Arn) -> Iterable[str]:
    url = parameters.get("QueueUrl") or parameters.get("QueueName")
    if url:
        yield arn(str(url).rsplit("/", 1)[-1])


def _buses(parameters: Parameters, arn: Arn) -> Iterable[str]:
    for entry in parameters.get("Entries") or ():
        if "Detail" in entry or "DetailType" in entry:
            name = entry.get("EventBusName") or "default"
            yield name if name.startswith("arn:") else arn(f"event-bus/{name}")


def _rule(parameters: Parameters, arn: Arn) -> Iterable[str]:
    name = parameters.get("Rule") or parameters.get("Name")
    bus = str(parameters.get("EventBusName") or "default").rsplit("/", 1)[-1]
    if name:
        yield arn(f"rule/{name}" if bus == "default" else f"rule/{bus}/{name}")


def _parameters(parameters: Parameters, arn: Arn) -> Iterable[str]:
    for name in (parameters.get("Name"), parameters.get("Path"), *parameters.get("Names", ())):
        if name:
            yield name if name.startswith("arn:") else arn(f"parameter/{name.lstrip('/')}")


def _secret(parameters: Parameters, arn: Arn) -> Iterable[str]:
    """A name stands for the ARN that the secret has, with letters of its own at the end."""
    from moto.secretsmanager.models import secretsmanager_backends

    wanted = parameters.get("SecretId") or parameters.get("Name")
    if not wanted:
        return
    region = arn("").split(":")[3]
    secret = secretsmanager_backends[ACCOUNT_ID][region].secrets.get(wanted)
    plain = wanted if wanted.startswith("arn:") else arn(f"secret:{wanted}")
    yield secret.arn if secret is not None else plain


def _key(parameters: Parameters, arn: Arn) -> Iterable[str]:
    """Of KMS, whose policies name keys, never aliases."""
    from moto.kms.models import kms_backends

    wanted = parameters.get("KeyId")
    if not wanted:
        return
    backend = kms_backends[ACCOUNT_ID][arn("").split(":")[3]]
    if ":alias/" in wanted or wanted.startswith("alias/"):
        alias = wanted.rsplit(":", 1)[-1]
        wanted = backend.get_key_id_from_alias(alias) or wanted
    yield wanted if wanted.startswith("arn:") else arn(f"key/{wanted}")


def _log_group(parameters: Parameters, arn: Arn) -> Iterable[str]:
    name = parameters.get("logGroupName")
    if name:
        stream = parameters.get("logStreamName")
        yield arn(f"log-group:{name}:log-stream:{stream}" if stream else f"log-group:{name}:*")


def _global(name: str, rest: str) -> _Find:
    """Of IAM, whose ARNs name no region."""

    def find(parameters: Parameters, _arn: Arn) -> Iterable[str]:
        if parameters.get(name):
            yield f"arn:aws:iam::{ACCOUNT_ID}:{rest}/{parameters[name]}"

    return find


_FINDERS: Mapping[str, _Find] = {
    "cognito-idp": _named("UserPoolId", "userpool/{}"),
    "dynamodb": _tables,
    "events": _any_of(_buses, _rule),
    "firehose": _named("DeliveryStreamName", "deliverystream/{}"),
    "iam": _any_of(_global("RoleName", "role"), _global("UserName", "user"), _named("PolicyArn")),
    "kinesis": _named("StreamName", "stream/{}", also_arn="StreamARN"),
    "kms": _key,
    "logs": _log_group,
    "scheduler": _named("Name", "schedule/default/{}"),
    "secretsmanager": _secret,
    "sns": _any_of(_named("TopicArn"), _named("TargetArn"), _named("Name"), _named("ResourceArn")),
    "sqs": _queue,
    "ssm": _parameters,
    "states": _any_of(_named("stateMachineArn"), _named("executionArn"), _named("activityArn")),
    "sts": _named("RoleArn"),
}

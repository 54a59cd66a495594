"""Tables of DynamoDB, also those that SAM's SimpleTable becomes."""

from samulator.servers.aws.config import ACCOUNT_ID
from samulator.servers.aws.resources.api import Api, Incomplete
from samulator.template.attributes import STREAM_LABEL
from samulator.template.model import Resource


def create_table(resource: Resource, api: Api) -> None:
    """CloudFormation names a stream by its view alone and encryption by another word."""
    wanted = dict(resource.properties) | {"TableName": resource.name}
    if stream := wanted.pop("StreamSpecification", None):
        wanted["StreamSpecification"] = {"StreamEnabled": True, **stream}
    if encryption := wanted.pop("SSESpecification", None):
        wanted["SSESpecification"] = {"Enabled": encryption.get("SSEEnabled"), **encryption}
    if "ProvisionedThroughput" not in wanted:
        # A table needs either; CloudFormation refuses neither, AWS's default is 5 units.
        wanted.setdefault("BillingMode", "PAY_PER_REQUEST")
    api.call("dynamodb", "create_table", wanted)
    if stream:
        _name_stream(resource.name, api.region)
    _set_further(resource, api)


def _name_stream(table: str, region: str) -> None:
    """Gives a stream the ARN that the template's references to it have."""
    from moto.dynamodb.models import dynamodb_backends

    dynamodb_backends[ACCOUNT_ID][region].tables[table].latest_stream_label = STREAM_LABEL


def create_global_table(resource: Resource, api: Api) -> None:
    """The replica of this region is a table as any other."""
    replicas = resource.properties.get("Replicas") or [{}]
    mine = next((each for each in replicas if each.get("Region") == api.region), replicas[0])
    properties = dict(mine) | dict(resource.properties)
    table = Resource(resource.logical_id, resource.type, resource.name, properties)
    create_table(table, api)


def _set_further(resource: Resource, api: Api) -> None:
    """What a table gets by calls of its own once it is there."""
    table = {"TableName": resource.name}
    properties = resource.properties
    if expiry := properties.get("TimeToLiveSpecification"):
        further = table | {"TimeToLiveSpecification": expiry}
        api.call("dynamodb", "update_time_to_live", further)
    if recovery := properties.get("PointInTimeRecoverySpecification"):
        further = table | {"PointInTimeRecoverySpecification": recovery}
        api.call("dynamodb", "update_continuous_backups", further)
    if "KinesisStreamSpecification" in properties:
        raise Incomplete("its changes go to no stream of Kinesis here, its own stream has them")

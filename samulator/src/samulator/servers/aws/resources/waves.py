"""Which resources functions call at once, and which can wait until somebody asks for them."""

from collections.abc import Sequence

from samulator.template.model import Resource

# As CloudFormation and as signatures name them.
_FIRST = {
    "DynamoDB": "dynamodb",
    "Events": "events",
    "KMS": "kms",
    "Kinesis": "kinesis",
    "S3": "s3",
    "SNS": "sns",
    "SQS": "sqs",
    "SSM": "ssm",
    "SecretsManager": "secretsmanager",
    "StepFunctions": "states",
}
FIRST_SERVICES = frozenset(_FIRST.values())


def in_waves(resources: Sequence[Resource], *, iam: bool) -> tuple[list[Resource], list[Resource]]:
    """Return what is needed for the first answer, and the rest; roles where they are judged."""
    first: list[Resource] = []
    later: list[Resource] = []
    for resource in resources:
        service = resource.type.split("::")[1] if resource.type.startswith("AWS::") else ""
        is_first = service in _FIRST or (iam and service == "IAM")
        (first if is_first else later).append(resource)
    return first, later

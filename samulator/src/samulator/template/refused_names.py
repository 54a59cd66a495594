"""Names that a template gives its resources and that AWS refuses.

Each rule is of the service's API reference, at the operation that makes the resource. Names of
buckets are with their notifications.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from samulator.template.attributes import FIFO_PROPERTIES, NAME_PROPERTIES
from samulator.template.bucket_rules import name_problem
from samulator.template.model import Resource


@dataclass(frozen=True)
class _Rule:
    """How long a name is, and which characters it may have besides letters and digits."""

    least: int
    most: int
    further: str

    def allows(self, name: str) -> bool:
        pattern = f"[A-Za-z0-9{re.escape(self.further)}]{{{self.least},{self.most}}}"
        return re.fullmatch(pattern, name) is not None

    def __str__(self) -> str:
        return f"{self.least} to {self.most} letters, digits and {' '.join(self.further)}"


_TABLE, _SCHEDULE, _IDENTITY = _Rule(3, 255, "-_."), _Rule(1, 64, "-_."), _Rule(1, 64, "-_+=,.@")
_RULES: Mapping[str, _Rule] = {
    "AWS::DynamoDB::GlobalTable": _TABLE,
    "AWS::DynamoDB::Table": _TABLE,
    "AWS::Events::EventBus": _Rule(1, 256, "-_./"),
    "AWS::Events::Rule": _SCHEDULE,
    "AWS::IAM::Role": _IDENTITY,
    "AWS::IAM::User": _IDENTITY,
    "AWS::Kinesis::Stream": _Rule(1, 128, "-_."),
    "AWS::Lambda::Function": _Rule(1, 64, "-_"),
    "AWS::Logs::LogGroup": _Rule(1, 512, "-_./#"),
    "AWS::SNS::Topic": _Rule(1, 256, "-_"),
    "AWS::SQS::Queue": _Rule(1, 80, "-_"),
    "AWS::SSM::Parameter": _Rule(1, 2048, "-_./"),
    "AWS::Scheduler::Schedule": _SCHEDULE,
    "AWS::SecretsManager::Secret": _Rule(1, 512, "-_./+=@"),
}
_SUFFIX = ".fifo"


def refused_name(resource: Resource) -> Iterator[str]:
    """Yield why AWS refuses the name that the template gives a resource, if it does."""
    key = NAME_PROPERTIES.get(resource.type, "")
    name = resource.properties.get(key)
    # What is looked up on AWS alone is not known here.
    if not isinstance(name, str) or "{{resolve:" in name:
        return
    if fifo := FIFO_PROPERTIES.get(resource.type):
        is_fifo = str(resource.properties.get(fifo)).lower() == "true"
        if is_fifo != name.endswith(_SUFFIX):
            yield f"{key} {name!r} (it ends in {_SUFFIX} where {fifo} is true, and there alone)"
            return
        name = name.removesuffix(_SUFFIX)
    if resource.type == "AWS::KMS::Alias" and not name.startswith("alias/"):
        yield f"{key} {name!r} (it begins with alias/)"
    if resource.type == "AWS::S3::Bucket" and name and (problem := name_problem(name)):
        yield f"{key} {name!r} ({problem})"
    rule = _RULES.get(resource.type)
    if rule is not None and not rule.allows(name):
        yield f"{key} {name!r} ({rule})"

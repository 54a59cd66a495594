"""Names, ARNs and URLs that the local stack gives to the resources of a template."""

from collections.abc import Mapping
from typing import Any

from samulator.template.publication import Publication, Publications, TextResolver

ACCOUNT = "123456789012"
STACK = "local"


class Names:
    """Ref and GetAtt of resources, without the template's own intrinsics."""

    def __init__(self, resources: Mapping[str, Any], *, region: str, aws_url: str) -> None:
        self._resources = resources
        self.region = region
        self._publications = Publications(resources)
        self._aws_url = aws_url.rstrip("/")
        self.pseudo_parameters: Mapping[str, Any] = {
            "AWS::AccountId": ACCOUNT,
            "AWS::NotificationARNs": [],
            "AWS::Partition": "aws",
            "AWS::Region": region,
            "AWS::StackId": f"arn:aws:cloudformation:{region}:{ACCOUNT}:stack/{STACK}/{STACK}",
            "AWS::StackName": STACK,
            "AWS::URLSuffix": "amazonaws.com",
        }

    def is_generated(self, logical_id: str, resolver: TextResolver) -> bool:
        """Return whether SAM creates this resource itself: role, version or alias of a function."""
        owner = logical_id.removesuffix("Role")
        is_role = owner != logical_id and self._kind(owner) == "AWS::Serverless::Function"
        return is_role or self._publications.find(logical_id, resolver) is not None

    def ref(self, logical_id: str, resolver: TextResolver) -> str:
        """Return Ref of a declared resource; as sam local, the logical id where unknown."""
        kind = self._kind(logical_id)
        if published := self._publications.find(logical_id, resolver):
            return self._published_arn(published, resolver)
        if kind == "AWS::SQS::Queue":
            return f"{self._aws_url}/{ACCOUNT}/{self.name(logical_id, resolver)}"
        if kind in ("AWS::Serverless::LayerVersion", "AWS::Lambda::LayerVersion"):
            return self.layer_arn(logical_id)
        return self.name(logical_id, resolver)

    def attribute(self, logical_id: str, attribute: str, resolver: TextResolver) -> str | None:
        """Return GetAtt of a resource, None where only AWS knows it."""
        if published := self._publications.find(logical_id, resolver):
            return self._published_attribute(published, attribute, resolver)
        name = self.name(logical_id, resolver)
        known = {
            ("AWS::Lambda::Function", "Arn"): function_arn(self.region, name),
            ("AWS::Serverless::Function", "Arn"): function_arn(self.region, name),
            ("AWS::SQS::Queue", "Arn"): self.queue_arn(name),
            ("AWS::SQS::Queue", "QueueName"): name,
            ("AWS::SQS::Queue", "QueueUrl"): f"{self._aws_url}/{ACCOUNT}/{name}",
            ("AWS::S3::Bucket", "Arn"): f"arn:aws:s3:::{name}",
            ("AWS::S3::Bucket", "DomainName"): f"{name}.s3.amazonaws.com",
            ("AWS::S3::Bucket", "RegionalDomainName"): f"{name}.s3.{self.region}.amazonaws.com",
            ("AWS::IAM::Role", "Arn"): f"arn:aws:iam::{ACCOUNT}:role/{name}",
        }
        return known.get((self._kind(logical_id), attribute))

    def name(self, logical_id: str, resolver: TextResolver) -> str:
        """Return the physical name: the one the template sets or one made of the logical id."""
        kind = self._kind(logical_id)
        properties = (self._resources.get(logical_id) or {}).get("Properties") or {}
        key = _NAME_PROPERTY.get(kind)
        if key and key in properties:
            return resolver.text(properties[key], f"{logical_id}.{key}")
        if kind == "AWS::S3::Bucket":
            return logical_id.lower()
        if kind == "AWS::SQS::Queue" and properties.get("FifoQueue") in (True, "true"):
            return f"{logical_id}.fifo"
        return logical_id

    def versions(self, logical_id: str, resolver: TextResolver) -> dict[str, str]:
        """Return the published versions of a function, by themselves and by their aliases."""
        return self._publications.versions(self.name(logical_id, resolver), resolver, self.name)

    def queue_arn(self, name: str) -> str:
        """Return the ARN of a queue by its name."""
        return f"arn:aws:sqs:{self.region}:{ACCOUNT}:{name}"

    def layer_arn(self, logical_id: str) -> str:
        """Return the ARN of a layer's only local version."""
        return f"arn:aws:lambda:{self.region}:{ACCOUNT}:layer:{logical_id}:1"

    def _published_attribute(
        self, published: Publication, attribute: str, resolver: TextResolver
    ) -> str | None:
        arn = self._published_arn(published, resolver)
        if published.is_alias:
            return {"AliasArn": arn}.get(attribute)
        return {"FunctionArn": arn, "Version": published.qualifier}.get(attribute)

    def _published_arn(self, published: Publication, resolver: TextResolver) -> str:
        owner = published.function
        name = self.name(owner, resolver) if owner in self._resources else owner
        return function_arn(self.region, name, qualifier=published.qualifier)

    def _kind(self, logical_id: str) -> str:
        if logical_id not in self._resources:
            return "AWS::IAM::Role"
        return str(self._resources[logical_id]["Type"])


_NAME_PROPERTY = {
    "AWS::Lambda::Function": "FunctionName",
    "AWS::Serverless::Function": "FunctionName",
    "AWS::SQS::Queue": "QueueName",
    "AWS::S3::Bucket": "BucketName",
    "AWS::IAM::Role": "RoleName",
}


def function_arn(
    region: str, name: str, *, qualifier: str | None = None, account: str = ACCOUNT
) -> str:
    """Return the ARN of a function by its FunctionName, or of a version or alias of it."""
    arn = f"arn:aws:lambda:{region}:{account}:function:{name}"
    return arn if qualifier is None else f"{arn}:{qualifier}"

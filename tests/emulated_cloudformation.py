"""The whole template deployed to moto's CloudFormation, less what moto has no model for.

What `sam deploy` does happens here too: code and nested templates are put into a bucket, SAM's own
translator expands the template, CloudFormation makes the stacks. Resources that moto does not know
are taken out by name, and references to them become plain text, so that everything else is made.
"""

import io
import ipaddress
import json
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto.cloudformation.models import Stack
from moto.cloudformation.parsing import get_model_map
from samtranslator.translator.transform import transform

from tests.template_document import read_document

ROOT = Path(__file__).parents[1]
# The pipeline's roles, and what has to be in another region.
STACKS_OF_THEIR_OWN = {
    ROOT / "infrastructure" / f"{name}.yaml" for name in ("bootstrap", "web_acl")
}
ARTIFACTS = "deployment-artifacts"
STACK = "sales"
ADDRESSES = read_document(ROOT / "template.yaml")["Parameters"]["VpcCidr"]["Default"]

# moto has models of these that do not get through this template; measured with moto 5.2.5.
BROKEN = {
    "AWS::Events::Rule": "its target is an alias, whose !Ref is no ARN here",
    "AWS::Lambda::Version": "!Ref of one is an object to it, not an ARN",
    "AWS::RDS::DBInstance": "!Ref of a parameter group is an object to it, not a name",
}

Document = dict[str, Any]


class _ManagedPolicies:
    """The template names none of AWS's managed policies by short name."""

    def load(self) -> dict[str, str]:
        return {}


@dataclass
class Deployment:
    """What was handed to CloudFormation, by template, and what was kept from it."""

    documents: dict[str, Document] = field(default_factory=dict)
    unsupported: dict[tuple[str, str], str] = field(default_factory=dict)

    @property
    def unsupported_types(self) -> list[str]:
        return sorted(set(self.unsupported.values()))

    def stacks(self) -> list["MadeStack"]:
        """The stack and those nested in it, as CloudFormation describes them."""
        described = boto3.client("cloudformation").describe_stacks()["Stacks"]
        return [self._stack(stack) for stack in described]

    def _stack(self, stack: Mapping[str, Any]) -> "MadeStack":
        name = stack["StackName"]
        client = boto3.client("cloudformation")
        made = client.describe_stack_resources(StackName=name)["StackResources"]
        given = {one["ParameterKey"]: one["ParameterValue"] for one in stack["Parameters"]}
        document = self.documents[_template_of(name, self.documents["template.yaml"])]
        return MadeStack(
            name=name,
            status=stack["StackStatus"],
            # One whose condition does not hold has no name.
            made={one["LogicalResourceId"] for one in made if "LogicalResourceId" in one},
            wanted={
                logical_id
                for logical_id, resource in document["Resources"].items()
                if _holds(document, resource.get("Condition"), given)
            },
        )


@dataclass(frozen=True)
class MadeStack:
    """Logical ids of the resources that CloudFormation made, and of those it was to make."""

    name: str
    status: str
    made: set[str]
    wanted: set[str]


def deploy(parameters: Mapping[str, str], monkeypatch: pytest.MonkeyPatch) -> Deployment:
    """Create the stack in the AWS of the moment, which has to be moto's."""
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket=ARTIFACTS)
    s3.put_object(Bucket=ARTIFACTS, Key="code.zip", Body=_code())
    # moto makes nested stacks and their outputs, but has no !GetAtt that reads one.
    monkeypatch.setattr(Stack, "get_cfn_attribute", _nested_output, raising=False)
    deployment = Deployment()
    for path in sorted({*(ROOT / "infrastructure").glob("*.yaml")} - STACKS_OF_THEIR_OWN):
        key = f"infrastructure/{path.name}"
        document = _supported(deployment, key, read_document(path))
        s3.put_object(Bucket=ARTIFACTS, Key=key, Body=json.dumps(document).encode())
    document = _supported(deployment, "template.yaml", expand(parameters))
    boto3.client("cloudformation").create_stack(
        StackName=STACK,
        TemplateBody=json.dumps(document),
        Parameters=[{"ParameterKey": k, "ParameterValue": v} for k, v in parameters.items()],
        Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
    )
    return deployment


def expand(parameters: Mapping[str, str]) -> Document:
    """What SAM's translator makes of the template in CloudFormation; touches no AWS."""
    expanded: Document = transform(_packaged(), dict(parameters), _ManagedPolicies())
    return expanded


def _template_of(stack: str, top: Document) -> str:
    if stack == STACK:
        return "template.yaml"
    logical_id = stack.split("-")[1]  # sales-Network-RLZ6ZEBKSR8P
    url = top["Resources"][logical_id]["Properties"]["TemplateURL"]
    return str(url.partition(".amazonaws.com/")[2])


def _nested_output(stack: Stack, attribute: str) -> str:
    output = stack.output_map[attribute.removeprefix("Outputs.")]
    assert output is not None, attribute
    return str(output.value)


def _code() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("handler.py", "")
    return buffer.getvalue()


def _packaged() -> Document:
    """The top template with addresses in the bucket, as `sam package` leaves it."""
    document = read_document(ROOT / "template.yaml")
    del document["Globals"]  # read_document has merged them
    for resource in document["Resources"].values():
        properties = resource["Properties"]
        for name in properties.keys() & {"CodeUri", "ContentUri"}:
            properties[name] = f"s3://{ARTIFACTS}/code.zip"
        if "TemplateURL" in properties:
            url = f"https://{ARTIFACTS}.s3.amazonaws.com/{properties['TemplateURL']}"
            properties["TemplateURL"] = url
    return document


def _supported(deployment: Deployment, template: str, document: Document) -> Document:
    missing = {
        name: resource
        for name, resource in document["Resources"].items()
        if not _is_supported(resource["Type"])
    }
    deployment.unsupported |= {
        (template, name): resource["Type"] for name, resource in missing.items()
    }
    kept = {name: one for name, one in document["Resources"].items() if name not in missing}
    rest = {**document, "Resources": kept}
    rest.pop("Rules", None)  # moto has none
    deployment.documents[template] = _with_subnets(_without(rest, missing), ADDRESSES)
    return deployment.documents[template]


def _is_supported(kind: str) -> bool:
    # moto would start a custom resource's function in a container and wait for its answer.
    return kind in get_model_map() and kind not in BROKEN


def _without(value: Any, missing: Mapping[str, Any]) -> Any:
    """The same with text in the place of every reference to what is missing."""
    if isinstance(value, list):
        return [_without(item, missing) for item in value]
    if not isinstance(value, dict):
        return value
    if value.get("Ref") in missing:
        return _reference(value["Ref"], missing[value["Ref"]])
    if "Fn::GetAtt" in value and value["Fn::GetAtt"][0] in missing:
        return ".".join(value["Fn::GetAtt"])
    changed = {key: _without(item, missing) for key, item in value.items()}
    if isinstance(changed.get("Fn::Sub"), str):
        changed["Fn::Sub"] = _text_without(changed["Fn::Sub"], missing)
    if "DependsOn" in changed:
        names = changed["DependsOn"]
        names = [names] if isinstance(names, str) else names
        changed["DependsOn"] = [name for name in names if name not in missing]
    return changed


def _reference(name: str, resource: Mapping[str, Any]) -> Any:
    if resource["Type"] == "AWS::SecretsManager::Secret":
        return f"arn:aws:secretsmanager:us-east-1:123456789012:secret:{name}"
    # An alias' function takes the permissions given to it.
    return resource["Properties"].get("FunctionName") or name


def _text_without(text: str, missing: Mapping[str, Any]) -> str:
    def plain(match: re.Match[str]) -> str:
        return match[1] if match[1].split(".")[0] in missing else match[0]

    return re.sub(r"\$\{([A-Za-z0-9.]+)\}", plain, text)


def _with_subnets(value: Any, addresses: str) -> Any:
    """The same with Fn::Cidr, which moto does not know, worked out from the default addresses."""
    if isinstance(value, list):
        return [_with_subnets(item, addresses) for item in value]
    if not isinstance(value, dict):
        return value
    if "Fn::Cidr" in value:
        _, count, bits = value["Fn::Cidr"]
        subnets = ipaddress.ip_network(addresses).subnets(new_prefix=32 - bits)
        return [str(subnet) for subnet, _ in zip(subnets, range(count), strict=False)]
    return {key: _with_subnets(item, addresses) for key, item in value.items()}


def _holds(document: Document, name: str | None, parameters: Mapping[str, str]) -> bool:
    if name is None:
        return True
    defaults = {key: one.get("Default") for key, one in document.get("Parameters", {}).items()}
    return _truth({"Condition": name}, document["Conditions"], defaults | dict(parameters))


def _truth(condition: Document, named: Document, values: Mapping[str, Any]) -> bool:
    if "Condition" in condition:
        return _truth(named[condition["Condition"]], named, values)
    if "Fn::Not" in condition:
        return not _truth(condition["Fn::Not"][0], named, values)
    if "Fn::And" in condition:
        return all(_truth(one, named, values) for one in condition["Fn::And"])
    left, right = condition["Fn::Equals"]
    return bool(values[left["Ref"]] == right)

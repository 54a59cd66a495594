"""Names of resource types that AWS does not have: what a template most likely means by one."""

import re
from difflib import SequenceMatcher
from functools import cache

from samulator.servers.aws.resources.kinds import MAKE
from samulator.template.attributes import ATTRIBUTES, ELSEWHERE, NAME_PROPERTIES, REFS
from samulator.template.nearest import CLOSELY_ALIKE, suggestion

# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/registry-concepts.html, and
# custom resources, whose second part is free.
_FORM = re.compile(r"[A-Za-z0-9]{2,64}(::[A-Za-z0-9]{2,64}){2}(::MODULE)?|Custom::[\w@-]+")
# Kinds that no table here names and that many templates have.
_FURTHER = (
    *(f"AWS::ApiGateway::{name}" for name in ("Authorizer", "Deployment", "DomainName", "Method")),
    *(f"AWS::ApiGateway::{name}" for name in ("Model", "RequestValidator", "UsagePlanKey")),
    *(f"AWS::ApiGatewayV2::{name}" for name in ("Authorizer", "Deployment", "Integration")),
    *(f"AWS::ApiGatewayV2::{name}" for name in ("ApiMapping", "DomainName", "Route")),
    *(f"AWS::CloudFormation::{name}" for name in ("CustomResource", "Macro", "WaitCondition")),
    *(f"AWS::EC2::{name}" for name in ("InternetGateway", "NatGateway", "Route", "RouteTable")),
    *(f"AWS::EC2::{name}" for name in ("SecurityGroup", "Subnet", "VPC", "VPCEndpoint")),
    "AWS::EC2::VPNGateway",
    *(f"AWS::IoT::{name}" for name in ("Policy", "Thing", "TopicRule")),
    *(f"AWS::Lambda::{name}" for name in ("EventInvokeConfig", "LayerVersionPermission")),
    *(f"AWS::Lambda::{name}" for name in ("Permission", "Version")),
    *("AWS::ElasticLoadBalancingV2::Listener", "AWS::ElasticLoadBalancingV2::TargetGroup"),
    *("AWS::Route53::HostedZone", "AWS::Route53::RecordSet", "AWS::WAFv2::WebACL"),
)
_SERVERLESS = "AWS::Serverless::"
_SERVERLESS_TYPES = frozenset(
    f"{_SERVERLESS}{name}"
    for name in (
        *("Api", "Application", "CapacityProvider", "Connector", "Function", "GraphQLApi"),
        *("HttpApi", "LayerVersion", "SimpleTable", "StateMachine"),
    )
)


@cache
def mistaken_type(name: str) -> str | None:
    """Why a type cannot be what its author means, None where it may be one of AWS's.

    What is known here is not all that AWS has: a well-formed name is doubted only where one of
    its parts is a letter or two away from a known type.
    """
    if _FORM.fullmatch(name) is None:
        near = suggestion(name, sorted(_known()), CLOSELY_ALIKE)
        return f"{name} is no name of a resource type{near}"
    if name in _known():
        return None
    slip = _slip(name)
    meant = f"; did you mean {slip}?" if slip else ""
    if name.startswith(_SERVERLESS):
        return f"AWS's translator here knows no type {name}{meant}"
    return f"no resource type {name} is known here{meant}" if slip else None


@cache
def _known() -> frozenset[str]:
    tables = (ATTRIBUTES, ELSEWHERE, NAME_PROPERTIES, REFS, MAKE)
    return frozenset((*_FURTHER, *_SERVERLESS_TYPES)).union(*tables)


def _slip(name: str) -> str | None:
    """The known type that is a slip away, if there is one."""
    parts = name.lower().split("::")
    alike = [(_likeness(parts, theirs), known) for theirs, known in _known_parts()]
    likeness, known = max(alike)
    return known if likeness else None


@cache
def _known_parts() -> tuple[tuple[list[str], str], ...]:
    return tuple((known.lower().split("::"), known) for known in _known())


def _likeness(ours: list[str], theirs: list[str]) -> float:
    """How alike two types are, from 0 to 1; 0 where more than a slip in one part is between them.

    Parts that differ in more than one letter's length are other words: AWS has WebFunction
    beside Function and ApiGatewayV2 beside ApiGateway.
    """
    if len(ours) != len(theirs):
        return 0.0
    different = [pair for pair in zip(ours, theirs, strict=True) if pair[0] != pair[1]]
    if not different:
        return 1.0
    a, b = different[0]
    if len(different) > 1 or abs(len(a) - len(b)) > 1:
        return 0.0
    ratio = SequenceMatcher(None, a, b).ratio()
    return ratio if ratio >= CLOSELY_ALIKE else 0.0

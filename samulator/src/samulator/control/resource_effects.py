"""What the resources of each type do on this machine, in words."""

import json
import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from samulator.control.missing_code import missing_layers
from samulator.control.resource_types import mistaken_type
from samulator.servers.aws.resources.kinds import MAKE
from samulator.servers.aws.resources.step_functions import definition
from samulator.servers.aws.step_functions.transitions import refusal
from samulator.template.custom_resources import makers, why_not_made
from samulator.template.model import Application, Resource

_MADE = "made in the local AWS"
_STACK = "AWS::CloudFormation::Stack"
_HERE = ("127.0.0.1", "localhost", "::1")
_FUNCTION_ARN = re.compile(r":function:([\w-]+)")
# What is more than made, or less.
_WORKS: Mapping[str, str] = {
    "AWS::EMRServerless::Application": "its job runs are processes of the Python that "
    "[emr_serverless] in local.toml names, one at a time",
    "AWS::Lambda::Alias": "its function can be invoked by it",
    "AWS::Lambda::EventInvokeConfig": "its function's retries and destinations are these",
    "AWS::Lambda::LayerVersion": "its functions have it on their path",
    "AWS::Lambda::Permission": "nobody is refused here, with or without it",
    "AWS::Lambda::Version": "its function can be invoked by it",
    "AWS::StepFunctions::Activity": "its tasks wait for a worker that calls GetActivityTask",
}
_IDLE: Mapping[str, str] = {
    "AWS::CloudFormation::Macro": "macros are not run here",
    "AWS::CloudFormation::WaitCondition": "nothing waits here",
    "AWS::CloudFormation::WaitConditionHandle": "nothing waits here",
    "AWS::CloudWatch::Alarm": "no metrics are collected here, so that it never rings",
    "AWS::CloudWatch::Dashboard": "no metrics are collected here",
    "AWS::CodeDeploy::Application": "nothing is deployed here",
    "AWS::CodeDeploy::DeploymentGroup": "nothing is deployed here",
    "AWS::Logs::MetricFilter": "no metrics are collected here",
    "AWS::SecretsManager::RotationSchedule": "secrets are not rotated here",
    "AWS::SecretsManager::SecretTargetAttachment": "references to it give its secret, which does "
    "not get host and port of the database: there is none here",
}


def effect(resource: Resource, application: Application) -> tuple[bool, str]:
    """Return whether a resource does anything here, and what, or why not."""
    if resource.is_custom:
        return _of_custom(resource, application)
    if resource.logical_id in application.idle:
        return False, application.idle[resource.logical_id]
    if resource.type == _STACK:
        return _of_stack(resource, application)
    if resource.type in _IDLE:
        return False, _with_uncalled(_IDLE[resource.type], resource, application)
    if resource.type in MAKE or resource.type in _WORKS:
        return _of_made(resource, application)
    service = "::".join(resource.type.split("::")[:2])
    reason = mistaken_type(resource.type) or f"nothing here stands for {service}"
    return False, _with_uncalled(reason, resource, application)


def _of_made(resource: Resource, application: Application) -> tuple[bool, str]:
    layer = application.layers.get(resource.logical_id)
    if layer and (missing := missing_layers([layer])):
        return False, missing
    if resource.type == "AWS::Events::ApiDestination":
        return True, _of_destination(resource, application)
    if resource.type == "AWS::StepFunctions::StateMachine":
        return _of_machine(resource)
    return True, _WORKS.get(resource.type, _MADE)


def _with_uncalled(reason: str, resource: Resource, application: Application) -> str:
    """The reason, and which functions of the template wait in vain for being called by it."""
    named = set(_FUNCTION_ARN.findall(json.dumps(resource.properties, default=str)))
    uncalled = [name for name, each in application.functions.items() if each.name in named]
    return f"{reason}, nothing calls {' and '.join(uncalled)} for it" if uncalled else reason


def _of_destination(destination: Resource, application: Application) -> str:
    endpoint = str(destination.properties.get("InvocationEndpoint"))
    host = urlsplit(endpoint).hostname or endpoint
    here = {*_HERE, *(api.id.lower() for api in application.apis)}
    if host in here or host.partition(".execute-api.")[0] in here:
        return f"events go to {host}"
    return f"events go to {host} where api_destinations in local.toml names it"


def _of_machine(machine: Resource) -> tuple[bool, str]:
    try:
        refused = refusal(definition(machine.properties))
    except ValueError as error:
        refused = str(error)
    return (False, refused) if refused else (True, _MADE)


def _of_custom(resource: Resource, application: Application) -> tuple[bool, str]:
    reason = why_not_made(resource, application)
    if reason is not None:
        return False, f"is not made here: {reason}"
    return True, f"{makers(application)[resource.logical_id]} makes it at each start"


def _of_stack(stack: Resource, application: Application) -> tuple[bool, str]:
    if any(name.startswith(f"{stack.logical_id}-") for name in application.resources):
        return True, "its resources are here"
    return False, "its template is not on this machine"

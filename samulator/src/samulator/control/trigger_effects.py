"""What each trigger of a template does on this machine, in words."""

from collections.abc import Iterator, Mapping
from typing import Any

from samulator.template.model import Application, Resource
from samulator.template.silent_triggers import POOL_TRIGGERS, pool_triggers

# Who gets what a topic is told.
_CARRIED = {"http": "tells", "https": "tells", "lambda": "calls", "sqs": "leads to"}


def fires(resource: Resource, application: Application) -> tuple[bool, str]:
    """Return whether a trigger calls anything here, and what, or why not."""
    if resource.logical_id in application.idle:
        return False, application.idle[resource.logical_id]
    properties = resource.properties
    if resource.type == "AWS::SNS::Subscription":
        return _subscribed(properties)
    if resource.type == "AWS::Lambda::EventSourceMapping":
        source = str(properties.get("EventSourceArn")).split(":", 5)[-1]
        return True, f"{source} calls {_name(properties.get('FunctionName'))}"
    if resource.type == "AWS::Pipes::Pipe":
        source = str(properties.get("Source")).split(":", 5)[-1]
        stopped = str(properties.get("DesiredState", "")).upper() == "STOPPED"
        does = f"{source} leads to {_name(properties.get('Target'))}"
        return True, f"{does}, but it is stopped" if stopped else does
    return _calls(properties)


def called(resource: Resource) -> str:
    """Return the name of what a trigger calls, empty where that is not one alone."""
    properties = resource.properties
    one = properties.get("Target")
    targets = properties.get("Targets") or [one if isinstance(one, dict) else {"Arn": one}]
    arns = [target.get("Arn") for target in targets]
    named = properties.get("FunctionName") or properties.get("Endpoint")
    return _name(named or (arns[0] if len(arns) == 1 else ""))


def pool_calls(resource: Resource, application: Application) -> Iterator[tuple[str, bool, str]]:
    """Yield the triggers of a user pool: the name of each, whether it fires, and what it calls."""
    running = {function.name for function in application.functions.values()}
    for name, arn in sorted(pool_triggers(resource).items()):
        function = _name(arn)
        if name not in POOL_TRIGGERS:
            yield name, False, f"does not fire here, it calls {function} on AWS"
        elif function not in running:
            yield name, False, f"{function} is no function of this template that runs here"
        else:
            yield name, True, f"calls {function}"


def _subscribed(properties: Mapping[str, Any]) -> tuple[bool, str]:
    protocol, endpoint = str(properties.get("Protocol")), str(properties.get("Endpoint"))
    if protocol not in _CARRIED:
        return False, f"{protocol} {endpoint} gets nothing here"
    place = _name(endpoint) if endpoint.startswith("arn:") else endpoint
    return True, f"{_name(properties.get('TopicArn'))} {_CARRIED[protocol]} {place}"


def _calls(properties: Mapping[str, Any]) -> tuple[bool, str]:
    """What a rule or a schedule says of its targets; those without Arn call nothing."""
    one = properties.get("Target")
    declared = properties.get("Targets") or ([one] if one else [])
    targets = ", ".join(_name(target["Arn"]) for target in declared if target.get("Arn"))
    if not targets:
        return False, "no target of it has an Arn" if declared else "it has no target"
    when = properties.get("ScheduleExpression") or "each event that fits"
    disabled = ", but it is disabled" if properties.get("State") == "DISABLED" else ""
    return True, f"{when} calls {targets}{disabled}"


def _name(arn: object) -> str:
    """What an ARN names in short: without a version, of an API the route, of others the name."""
    parts = str(arn).split(":")
    if parts[2:3] == ["execute-api"] and parts[-1].count("/") >= 2:
        api, _stage, method, *path = parts[-1].split("/")
        return f"{method} /{'/'.join(path)} of {api}"
    if parts[-1].startswith("api-destination/"):
        return f"API destination {parts[-1].split('/')[1]}"
    return parts[6] if len(parts) > 6 else parts[-1]

"""What a target of a rule or a schedule is, by its ARN."""

from collections.abc import Collection, Mapping
from typing import Any

from samulator.template.functions import find_function
from samulator.template.model import Function

API_DESTINATION = "api destinations"


def service_of(target: Mapping[str, Any]) -> str:
    """Return the service of the ARN, "lambda" for a bare name, "" where there is no Arn."""
    arn = str(target.get("Arn") or "")
    if arn.count(":") < 5:
        return "lambda" if arn else ""
    return API_DESTINATION if ":api-destination/" in arn else arn.split(":")[2]


def why_silent(target: Mapping[str, Any], served: Collection[str]) -> str | None:
    """Return why a target gets nothing here, where only the services of `served` do."""
    service = service_of(target)
    if service in served:
        return None
    if service:
        return f"targets of {service} get nothing here"
    named = f"target {target['Id']}" if target.get("Id") else "target"
    return f"its {named} has no Arn"


def target_function(target: Mapping[str, Any], functions: Mapping[str, Function]) -> str:
    """Return the logical id of the function that a target of Lambda is. Raises ValueError."""
    arn = str(target["Arn"])
    try:
        return find_function(arn, functions)
    except ValueError:
        if arn.startswith("arn:"):
            raise
        raise ValueError(f"its target {arn} is no ARN and no function that runs here") from None

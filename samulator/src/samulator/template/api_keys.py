"""Reads the keys that usage plans have for an API, by which its callers are let in."""

import hashlib
from collections.abc import Iterator

from samulator.template.model import Resource
from samulator.template.model_http import ApiKey, RestApi
from samulator.template.model_web_socket import WebSocketApi
from samulator.template.related import Related, is_meant


def read_api_keys(api: Resource, related: Related) -> Iterator[ApiKey]:
    """Yield the keys of the usage plans that have a stage of the API."""
    for plan in related.of_type("AWS::ApiGateway::UsagePlan"):
        stages = plan.properties.get("ApiStages") or ()
        if not any(is_meant(api, stage.get("ApiId")) for stage in stages):
            continue
        for link in related.belonging("AWS::ApiGateway::UsagePlanKey", "UsagePlanId", plan):
            key = related.find("AWS::ApiGateway::ApiKey", link.properties.get("KeyId"))
            if key is not None and str(key.properties.get("Enabled", "")).lower() == "true":
                is_given = key.properties.get("Value") is not None
                yield ApiKey(key.logical_id, value_of(key), is_given=is_given)


def keyless(api: RestApi | WebSocketApi) -> Iterator[str]:
    """Yield a line for an API that asks for a key and has none."""
    asking = [route.key for route in api.routes if route.guard.api_key]
    if asking and not api.api_keys and not api.key_from_authorizer:
        yield f"{api.id}: {asking[0]} asks for an API key, but no usage plan has a key for it"


def value_of(key: Resource) -> str:
    """Return a key's Value, else one as API Gateway makes it, the same at every start."""
    given = key.properties.get("Value")
    made_up = hashlib.sha256(key.logical_id.encode()).hexdigest()[:40]
    return made_up if given is None else str(given)

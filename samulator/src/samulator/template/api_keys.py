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
                given = key.properties.get("Value")
                value = _made_up(key.logical_id) if given is None else str(given)
                yield ApiKey(key.logical_id, value, is_given=given is not None)


def keyless(api: RestApi | WebSocketApi) -> Iterator[str]:
    """Yield a line for an API that asks for a key and has none."""
    asking = [route.key for route in api.routes if route.guard.api_key]
    if asking and not api.api_keys and not api.key_from_authorizer:
        yield f"{api.id}: {asking[0]} asks for an API key, but no usage plan has a key for it"


def _made_up(logical_id: str) -> str:
    """A value as API Gateway makes one, the same at every start."""
    return hashlib.sha256(logical_id.encode()).hexdigest()[:40]

"""What an integration and its guard do on this machine, in words, whatever the API's kind."""

from samulator.template.model_http import (
    Guard,
    Integration,
    LambdaProxy,
    MappedMock,
    Mock,
    NotServed,
)
from samulator.template.model_service import ServiceAction, ServiceSubtype


def answers(integration: Integration, refusal: str) -> tuple[bool, str]:
    """Return whether it works and what it does.

    `refusal` is what a caller gets where it does not.
    """
    if isinstance(integration, NotServed):
        return False, f"answers {refusal}: {integration.reason}"
    if isinstance(integration, Mock):
        return True, f"answers {integration.status} by itself"
    if isinstance(integration, MappedMock):
        return True, "answers by itself, by its mapping"
    if isinstance(integration, LambdaProxy):
        return True, f"calls {integration.reference}"
    if isinstance(integration, ServiceAction):
        return True, f"asks {integration.service} for {integration.path}, by its mapping"
    if isinstance(integration, ServiceSubtype):
        return True, f"asks for {integration.subtype}"
    return True, f"calls {integration.reference} with what its mapping makes"


def asks_for(guard: Guard) -> str:
    """Return what a caller must bring, to be put behind what the integration does."""
    asked = f", behind authorizer {guard.authorizer.name}" if guard.authorizer else ""
    if guard.scopes:
        asked += f" for {' or '.join(guard.scopes)}"
    if guard.api_key:
        asked += ", for callers with an API key"
    return f"{asked}, AWS_IAM lets everybody in here" if guard.iam else asked

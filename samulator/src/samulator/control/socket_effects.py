"""What the routes of WebSocket APIs do on this machine, for the table of effects."""

from collections.abc import Iterator

from samulator.template.model import Application
from samulator.template.model_http import Integration, LambdaCustom, LambdaProxy, NotServed
from samulator.template.model_service import ServiceAction
from samulator.template.model_web_socket import SocketRoute, WebSocketApi, stage_path


def socket_effects(application: Application) -> Iterator[tuple[str, bool, str]]:
    """Yield name, whether it works and what it does, for each route."""
    for api in application.web_socket_apis:
        place = _place(api)
        for route in api.routes:
            works, does = _does(route.integration)
            if works:
                does += _further(route) + place
                # Once is enough: it is one port for all of them.
                place = ""
            yield f"{route.key} ({api.id})", works, does


def _does(integration: Integration) -> tuple[bool, str]:
    if isinstance(integration, NotServed):
        return False, f"answers an error: {integration.reason}"
    if isinstance(integration, LambdaProxy):
        return True, f"calls {integration.reference}"
    if isinstance(integration, LambdaCustom):
        return True, f"calls {integration.reference} with what its mapping makes"
    if isinstance(integration, ServiceAction):
        return True, f"asks {integration.service} for {integration.path}, by its mapping"
    return True, "answers by itself, by its mapping"


def _further(route: SocketRoute) -> str:
    guard = route.guard
    further = f", behind authorizer {guard.authorizer.name}" if guard.authorizer else ""
    further += ", AWS_IAM lets everybody in here" if guard.iam else ""
    return f"{further}, and sends the answer back" if route.answers else further


def _place(api: WebSocketApi) -> str:
    places = " and ".join(f"ws://127.0.0.1:PORT{stage_path(stage)}" for stage in api.stages)
    return f"; at {places}, on a port of its own"

"""What the routes of WebSocket APIs do on this machine, for the table of effects."""

from collections.abc import Iterator

from samulator.control.integration_effects import answers, asks_for
from samulator.template.model import Application
from samulator.template.model_web_socket import WebSocketApi, stage_path


def socket_effects(application: Application) -> Iterator[tuple[str, str | None, bool, str]]:
    """Yield name, the function behind it, whether it works and what it does, for each route."""
    for api in application.web_socket_apis:
        place = _place(api)
        for route in api.routes:
            works, does = answers(route.integration, "an error")
            if works:
                back = ", and sends the answer back" if route.answers else ""
                does += asks_for(route.guard) + back + place
                # Once is enough: it is one port for all of them.
                place = ""
            yield f"{route.key} ({api.id})", route.function, works, does


def _place(api: WebSocketApi) -> str:
    places = " and ".join(f"ws://127.0.0.1:PORT{stage_path(stage)}" for stage in api.stages)
    return f"; at {places}, on a port of its own"

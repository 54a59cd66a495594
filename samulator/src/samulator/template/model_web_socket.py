"""What a template says of its WebSocket APIs."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from samulator.template.model_http import (
    OPEN,
    ApiKey,
    Guard,
    Integration,
    LambdaCustom,
    LambdaProxy,
)

CONNECT, DISCONNECT, DEFAULT = "$connect", "$disconnect", "$default"


@dataclass(frozen=True)
class SocketRoute:
    """One route by its key: $connect, $disconnect, $default, or what messages select.

    `answers` is whether a route response sends back what the integration answered.
    """

    key: str
    integration: Integration
    guard: Guard = OPEN
    answers: bool = False

    @property
    def function(self) -> str | None:
        """Return the logical id of the function behind it, if there is one."""
        behind = isinstance(self.integration, LambdaProxy | LambdaCustom)
        return self.integration.function if behind else None  # type: ignore[union-attr]


@dataclass(frozen=True)
class WebSocketApi:
    """One AWS::ApiGatewayV2::Api of the WebSocket protocol.

    `selection` is its RouteSelectionExpression; `stages` are the variables of each stage by its
    name, the first stage first. `api_keys` are those that a usage plan lets connect: the client
    sends one, or its authorizer names one.
    """

    id: str
    routes: tuple[SocketRoute, ...] = ()
    selection: str = "$request.body.action"
    stages: Mapping[str, Mapping[str, str]] = field(default_factory=lambda: {DEFAULT: {}})
    api_keys: tuple[ApiKey, ...] = ()
    key_from_authorizer: bool = False

    @property
    def first_stage(self) -> str:
        """Return the stage that a message to people names."""
        return next(iter(self.stages))

    def route(self, key: str) -> SocketRoute | None:
        """Return the route of this key."""
        return next((route for route in self.routes if route.key == key), None)


def stage_path(stage: str) -> str:
    """Return where a stage answers: $default at the root, any other below its name."""
    return "/" if stage == DEFAULT else f"/{stage}"

"""What a template says of its doors: REST APIs, HTTP APIs and function URLs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from samulator.template.model_service import Mapped, ServiceAction, ServiceSubtype


@dataclass(frozen=True)
class Cors:
    """Who may read answers of an HTTP API or a function URL; empty lists mean no header."""

    allow_origins: tuple[str, ...] = ()
    allow_methods: tuple[str, ...] = ()
    allow_headers: tuple[str, ...] = ()
    expose_headers: tuple[str, ...] = ()
    allow_credentials: bool = False
    max_age: int | None = None


@dataclass(frozen=True)
class LambdaProxy:
    """The whole request goes to a function, as payload format `payload` ("1.0" or "2.0").

    `function` is a logical id, `qualifier` a version or an alias; `timeout` is in seconds.
    """

    function: str
    payload: str = "2.0"
    timeout: float = 30.0
    qualifier: str | None = None

    @property
    def reference(self) -> str:
        """Return what the function is invoked by."""
        return self.function if self.qualifier is None else f"{self.function}:{self.qualifier}"


@dataclass(frozen=True)
class LambdaCustom:
    """The body as `mapped` goes to a function, and of its result the answer is mapped."""

    function: str
    timeout: float = 29.0
    qualifier: str | None = None
    mapped: Mapped = field(default_factory=Mapped)

    @property
    def reference(self) -> str:
        """Return what the function is invoked by."""
        return self.function if self.qualifier is None else f"{self.function}:{self.qualifier}"


@dataclass(frozen=True)
class Mock:
    """The API answers by itself, always the same."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: str = ""


@dataclass(frozen=True)
class MappedMock:
    """The API answers by itself, by mapping templates: the request's chooses the response."""

    mapped: Mapped


@dataclass(frozen=True)
class NotServed:
    """An integration that nothing here stands for; `reason` says what it is."""

    reason: str


Integration: TypeAlias = (
    LambdaProxy | LambdaCustom | Mock | MappedMock | ServiceAction | ServiceSubtype | NotServed
)


@dataclass(frozen=True)
class LambdaAuthorizer:
    """A function that decides. `ttl` is for how many seconds its answer holds.

    `identity_sources` are as the template has them, "method.request.header.Authorization" or
    "$request.header.Authorization". `takes_token` tells TOKEN from REQUEST, `payload` and
    `simple_responses` are those of HTTP APIs. `validation` is the expression that a token of
    TOKEN has to match.
    """

    name: str
    function: str
    identity_sources: tuple[str, ...] = ()
    takes_token: bool = False
    payload: str = "1.0"
    simple_responses: bool = False
    ttl: float = 300.0
    validation: str | None = None


@dataclass(frozen=True)
class JwtAuthorizer:
    """Tokens of an issuer: a JWT authorizer, or the user pools of Cognito."""

    name: str
    identity_source: str
    issuer: str = ""
    audience: tuple[str, ...] = ()
    is_cognito: bool = False


@dataclass(frozen=True)
class Guard:
    """What a route asks for before its integration gets the request.

    `scopes` are those of which a token needs one, if there are any. `iam` is AWS_IAM, which lets
    everybody in on this machine.
    """

    authorizer: LambdaAuthorizer | JwtAuthorizer | None = None
    scopes: tuple[str, ...] = ()
    iam: bool = False
    api_key: bool = False


OPEN = Guard()


@dataclass(frozen=True)
class Validation:
    """What the request validator of a REST API's method looks at.

    `parameters` are those that a request must have, e.g. "querystring.page", `models` the JSON
    schemas of bodies by their media types.
    """

    parameters: tuple[str, ...] = ()
    models: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


UNCHECKED = Validation()


@dataclass(frozen=True)
class Route:
    """One route; `method` is a verb or ANY, and the path "$default" catches all."""

    method: str
    path: str
    integration: Integration
    guard: Guard = OPEN
    validation: Validation = field(default=UNCHECKED, hash=False)

    @property
    def key(self) -> str:
        """Return the key as API Gateway names the route, e.g. "GET /items/{id}"."""
        return self.path if self.path == "$default" else f"{self.method} {self.path}"

    @property
    def function(self) -> str | None:
        """Return the logical id of the function behind it, if there is one."""
        behind = isinstance(self.integration, LambdaProxy | LambdaCustom)
        return self.integration.function if behind else None  # type: ignore[union-attr]


@dataclass(frozen=True)
class HttpApi:
    """One AWS::ApiGatewayV2::Api of the HTTP protocol, with its first stage."""

    id: str
    routes: tuple[Route, ...] = ()
    cors: Cors | None = None
    stage: str = "$default"
    stage_variables: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class GatewayResponse:
    """What a REST API answers by itself for one kind of error, where the template changes it.

    `mapped_headers` have what a variable names, such as `method.request.header.Origin`.
    """

    status: int | None = None
    headers: tuple[tuple[str, str], ...] = ()
    templates: Mapping[str, str] = field(default_factory=dict)
    mapped_headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class ApiKey:
    """A key that callers send as x-api-key; `is_given` is whether the template holds its value."""

    name: str
    value: str
    is_given: bool = False


@dataclass(frozen=True)
class RestApi:
    """One AWS::ApiGateway::RestApi with its first stage.

    `gateway_responses` are by their type, e.g. "DEFAULT_4XX". `api_keys` are those that a usage
    plan lets call this API.
    """

    id: str
    routes: tuple[Route, ...] = ()
    stage: str = "Prod"
    stage_variables: Mapping[str, str] = field(default_factory=dict)
    binary_media_types: frozenset[str] = frozenset()
    gateway_responses: Mapping[str, GatewayResponse] = field(default_factory=dict)
    api_keys: tuple[ApiKey, ...] = ()
    key_from_authorizer: bool = False


Api: TypeAlias = RestApi | HttpApi


@dataclass(frozen=True)
class FunctionUrl:
    """One AWS::Lambda::Url. `streams` is whether its InvokeMode is RESPONSE_STREAM."""

    id: str
    function: str
    qualifier: str | None = None
    iam: bool = False
    streams: bool = False
    cors: Cors | None = None

    @property
    def reference(self) -> str:
        """Return what the function is invoked by."""
        return self.function if self.qualifier is None else f"{self.function}:{self.qualifier}"

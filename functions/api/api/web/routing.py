"""The route class of every call: who may, in which media type, and how a body is read."""

import json
from collections import Counter
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, ClassVar

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.convertors import Convertor, register_url_convertor
from starlette.exceptions import HTTPException

from api.errors import MissingScope, Unauthenticated, UnsupportedMediaType
from api.network.deadline import deadline
from api.web.problems import MAX_NAME, known_parameters

# Far more than any body here has; each that is not known costs a line of the answer.
_MAX_MEMBERS = 1000
_UNREADABLE = "\N{REPLACEMENT CHARACTER}".encode()
_NOT_UTF_8 = (
    "the body is no UTF-8, so that bytes of it are lost: send JSON as UTF-8, and the character"
    " that stands for lost ones, where it is meant, as \\ufffd"
)
JSON = ("application/json",)
MERGE_PATCH = ("application/merge-patch+json", "application/json")


class _EmailConvertor(Convertor[str]):
    """What stands for an email in a path: it holds an @, and perhaps a slash before it."""

    # The last @, and no slash behind it. If @ could follow, a path of many @ and then a slash would
    # be looked through once per @.
    regex = ".*@[^/@]*"

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


register_url_convertor("email", _EmailConvertor())


class StrictRequest(Request):
    """Reads no body of which two readers may take different parts (RFC 8259, section 4)."""

    async def json(self) -> Any:  # noqa: ANN401 - JSON
        return json.loads(await self.body(), object_pairs_hook=_unrepeated)


class UndamagedRequest(StrictRequest):
    """Refuses what the gateway, which takes JSON for UTF-8, put where bytes are none.

    A key may hold this character; it is sent escaped then, which no damage is.
    """

    async def json(self) -> Any:  # noqa: ANN401 - JSON
        if _UNREADABLE in await self.body():
            raise HTTPException(422, _NOT_UTF_8)
        return await super().json()


class GuardedRoute(APIRoute):
    """Asks for claims where AUTH_REQUIRED says so."""

    area: ClassVar[str] = ""
    request_class: ClassVar[type[StrictRequest]] = StrictRequest
    # Within what PostgreSQL, and S3, have answered or the caller is told that they do not.
    seconds: ClassVar[float] = 2.8

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()
        template = self.path_format
        known = known_parameters(self.dependant)

        async def guarded(request: Request) -> Response:
            request.state.route = template
            self._authorize(request)
            if self.area:
                _require_parameters(request, known)
            if request.method in ("POST", "PATCH"):
                _require_media_type(request, MERGE_PATCH if request.method == "PATCH" else JSON)
            with deadline(self.seconds):
                return await handle(self.request_class(request.scope, request.receive))

        return guarded

    def _authorize(self, request: Request) -> None:
        scopes = granted_scopes(request.scope.get("aws.event"))
        if scopes is None:
            if request.app.state.auth_required:
                raise Unauthenticated("The request carries no verified token.")
            return
        needed = f"{self.area}:{'read' if request.method == 'GET' else 'write'}"
        if self.area and needed not in scopes:
            raise MissingScope(f"The token lacks the scope {needed}.")


class UsersRoute(GuardedRoute):
    """Needs users:read or users:write."""

    area = "users"


class DatasetsRoute(GuardedRoute):
    """Needs datasets:read or datasets:write."""

    area = "datasets"
    request_class = UndamagedRequest
    # A listing makes a hundred calls and more.
    seconds = 10.0


class OpenRoute(GuardedRoute):
    """Open to all: no authorizer guards it."""

    def _authorize(self, request: Request) -> None:
        """Nothing to check."""


def _unrepeated(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(pairs) > _MAX_MEMBERS:
        raise HTTPException(422, f"an object has more than {_MAX_MEMBERS} members")
    members = dict(pairs)
    if len(members) < len(pairs):
        ((repeated, _),) = Counter(name for name, _ in pairs).most_common(1)
        raise HTTPException(422, f"{json.dumps(repeated[:100])} is given more than once")
    return members


def granted_scopes(event: object) -> frozenset[str] | None:
    """The scopes that API Gateway's JWT authorizer verified; None without claims.

    They are in `scope` (RFC 8693) or, of Okta and Entra ID, in `scp`.
    """
    claims = _claims(event)
    if claims is None:
        return None
    granted = claims.get("scope") or claims.get("scp")
    if not isinstance(granted, str):
        return frozenset()
    # API Gateway writes a token's list as [users:read users:write].
    if granted.startswith("[") and granted.endswith("]"):
        granted = granted[1:-1]
    # Cognito joins a resource server and its scope by a slash: users/read.
    return frozenset(granted.replace("/", ":").split())


def caller_of(request: Request) -> str:
    """Whom the token speaks for; empty without claims."""
    claims = _claims(request.scope.get("aws.event")) or {}
    # A token that a program got for itself may have no subject.
    return str(claims.get("sub") or claims.get("client_id") or "")


def _claims(event: object) -> dict[str, Any] | None:
    steps: Any = event
    for step in ("requestContext", "authorizer", "jwt", "claims"):
        steps = steps.get(step) if isinstance(steps, dict) else None
    return steps if isinstance(steps, dict) and steps else None


def _require_parameters(request: Request, known: Sequence[str]) -> None:
    """A parameter that is misspelt, or given twice, must not pass as none."""
    counts = Counter(name for name, _ in request.query_params.multi_items())
    there = f"known are {', '.join(known)}" if known else "the call takes none"
    wrong = {name: f"is not known here; {there}" for name in counts if name not in known}
    wrong |= {
        name: "is given more than once" for name, n in counts.items() if n > 1 and name in known
    }
    faults = [
        {"type": "parameter", "loc": ("query", name[:MAX_NAME]), "msg": said}
        for name, said in wrong.items()
    ]
    if faults:
        raise RequestValidationError(faults)


def _require_media_type(request: Request, accepted: tuple[str, ...]) -> None:
    given = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if given not in accepted:
        raise UnsupportedMediaType(accepted)

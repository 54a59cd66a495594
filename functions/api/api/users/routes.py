"""The calls of /users."""

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from api.users.conditions import TAGS, etag, is_known, wanted_tags
from api.users.idempotency import HEADER, KEY_PATTERN, idempotency_key
from api.users.models import NewUser, QueryText, Role, User, UserChanges
from api.users.service import SearchRequest, UserService
from api.web.numbers import WholeNumber
from api.web.problems import responses
from api.web.routing import MERGE_PATCH, UsersRoute, caller_of

router = APIRouter(prefix="/users", tags=["users"], route_class=UsersRoute)

# A cache that many share keeps no answer about people.
PRIVATE = {"Cache-Control": "private, no-cache", "Vary": "Authorization"}
_WINDOW = 10_000  # OpenSearch pages no further by offset


async def _service(request: Request) -> UserService:
    service: UserService = request.app.state.users
    return service


Users = Annotated[UserService, Depends(_service)]
IfMatch = Annotated[
    str | None,
    Header(
        description="Only if the user is at one of these ETags.",
        json_schema_extra={"pattern": TAGS},
    ),
]
IfNoneMatch = Annotated[str | None, Header(description="304 if the user is at one of these ETags.")]
CacheControl = Annotated[
    str | None,
    Header(description="no-cache reads the latest state that was acknowledged, past the cache."),
]
GivenKey = Annotated[
    str | None,
    Header(
        alias=HEADER,
        description="Names this creation. Sent again with the same body within a day, it gets the"
        " same answer and creates nothing.",
        json_schema_extra={"pattern": KEY_PATTERN},
    ),
]
_ETAG = {
    "ETag": {"description": "Opaque, in quotes; never used again.", "schema": {"type": "string"}}
}
_CACHE = {"X-Cache": {"schema": {"type": "string", "enum": ["hit", "miss", "bypass"]}}}


_LINKS = {
    name: {"operationId": name, "parameters": {"email": "$response.body#/email"}}
    for name in ("get_user", "change_user", "delete_user")
}


class SearchQuery(BaseModel):
    """What to find, and which part of it."""

    model_config = ConfigDict(extra="forbid")

    q: QueryText = Field(description="Words, with typos or not, or their beginnings.")
    role: Role | None = Field(None, description="Only users of exactly this role.")
    limit: WholeNumber = Field(20, ge=1, le=100)
    offset: WholeNumber = Field(0, ge=0, le=_WINDOW - 100)


class UserHits(BaseModel):
    """A page of hits, best first. `degraded`: found by PostgreSQL, without typo tolerance."""

    items: list[User]
    total: int
    degraded: bool


def _shown(user: User, headers: dict[str, str], status: int = 200) -> Response:
    return Response(
        user.model_dump_json(),
        status,
        headers={"ETag": etag(user), **PRIVATE, **headers},
        media_type="application/json",
    )


def _wants_truth(cache_control: str | None) -> bool:
    """Whether the request's directives name no-cache (RFC 9111, section 5.2.1.4)."""
    directives = (cache_control or "").lower().split(",")
    return any(one.strip() == "no-cache" for one in directives)


def _address(email: str) -> str:
    return f"/users/{quote(email, safe='@')}"


@router.post(
    "",
    status_code=201,
    response_model=User,
    responses={
        201: {
            "headers": {**_ETAG, "Location": {"schema": {"type": "string"}}},
            "links": _LINKS,
        },
        **responses(409, 413, 415, 422, 503),
    },
)
async def create_user(
    request: Request, new: NewUser, users: Users, given: GivenKey = None
) -> Response:
    """Creates a user; the email must be free.

    After a 503 the user may be there or not. With an Idempotency-Key it is safe to send it again.
    """
    user = users.create_user(new, idempotency_key(given, caller=caller_of(request)))
    return _shown(user, {"Location": _address(user.email)}, 201)


@router.get("/search", responses=responses(422, 503))
async def search_users(
    request: Request,
    response: Response,
    users: Users,
    query: Annotated[SearchQuery, Query()],
) -> UserHits:
    """Finds users by name, email and role: words with typos, or their beginnings."""
    page = users.search_users(SearchRequest(query.q, query.role, query.limit, query.offset))
    request.state.degraded = page.degraded
    response.headers.update(PRIVATE)
    return UserHits(items=page.items, total=page.total, degraded=page.degraded)


@router.get(
    "/{email:email}",
    response_model=User,
    responses={
        200: {"headers": {**_ETAG, **_CACHE}},
        304: {"description": "The caller has this version.", "headers": {**_ETAG, **_CACHE}},
        **responses(404, 503),
    },
)
async def get_user(
    email: str,
    users: Users,
    if_none_match: IfNoneMatch = None,
    cache_control: CacheControl = None,
) -> Response:
    """Reads a user by email."""
    user, cache = users.get_user(email, is_fresh=_wants_truth(cache_control))
    if is_known(if_none_match, user):
        headers = {"ETag": etag(user), **PRIVATE, "X-Cache": cache}
        return Response(status_code=304, headers=headers)
    return _shown(user, {"X-Cache": cache})


@router.patch(
    "/{email:email}",
    response_model=User,
    responses={200: {"headers": _ETAG}, **responses(404, 409, 412, 413, 415, 422, 503)},
    openapi_extra={
        "requestBody": {
            "content": {MERGE_PATCH[0]: {"schema": {"$ref": "#/components/schemas/UserChanges"}}}
        }
    },
)
async def change_user(
    email: str, changes: UserChanges, users: Users, if_match: IfMatch = None
) -> Response:
    """Changes what the merge patch names; a changed email moves the user to a new address.

    After a 503 the change may have been made or not. Send it again with If-Match: 412 says that the
    user has changed since, by the first request or by another one; read it and compare.
    """
    user = users.change_user(email, changes, tags=wanted_tags(if_match))
    return _shown(user, {"Content-Location": _address(user.email)})


@router.delete("/{email:email}", status_code=204, responses=responses(404, 412, 422, 503))
async def delete_user(email: str, users: Users, if_match: IfMatch = None) -> Response:
    """Deletes a user.

    After a 503 the user may be gone or not. Send it again with If-Match: 404 says that it is gone.
    """
    users.delete_user(email, tags=wanted_tags(if_match))
    return Response(status_code=204)

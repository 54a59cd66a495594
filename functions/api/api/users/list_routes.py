"""The calls that list users and their roles."""

from dataclasses import replace
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from api.users.cursor import read_cursor, write_cursor
from api.users.listing import DEFAULT_SORT, ListRequest, Sort
from api.users.models import QueryText, Role, User
from api.users.routes import PRIVATE, Users
from api.web.numbers import WholeNumber
from api.web.problems import responses
from api.web.routing import UsersRoute

router = APIRouter(prefix="/users", tags=["users"], route_class=UsersRoute)


class ListQuery(BaseModel):
    """Which users, in what order, and from where."""

    model_config = ConfigDict(extra="forbid")

    role: Role | None = Field(None, description="Only users of exactly this role.")
    sort: Sort = Field(
        DEFAULT_SORT,
        description="A minus before the field: descending. Names are compared without accents and"
        " capitals; users that are equal in it come in the order of their creation.",
    )
    total: bool = Field(
        False, description="Also count them all: costs more than a page of many thousands."
    )
    limit: WholeNumber = Field(50, ge=1, le=100)
    cursor: str | None = Field(None, description="next_cursor of the page before.")


class RolesQuery(BaseModel):
    """Which roles."""

    model_config = ConfigDict(extra="forbid")

    q: QueryText | None = Field(None, description="Only roles that hold this text somewhere.")
    limit: WholeNumber = Field(20, ge=1, le=100)


class RoleNames(BaseModel):
    """Roles that users have, each once, in order. `truncated`: there are more than these."""

    items: list[str]
    truncated: bool


class UserList(BaseModel):
    """A page of users in the order asked for; no next_cursor on the last one."""

    items: list[User]
    next_cursor: str | None
    total: int = Field(default=0, description="On all pages together; only if it was asked for.")
    total_is_capped: bool = Field(
        default=False, description="There are more: counting stopped at `total`."
    )


@router.get(
    "",
    response_model_exclude_unset=True,
    responses={
        200: {
            "headers": {"Link": {"schema": {"type": "string"}}},
            "links": {
                "next": {
                    "operationId": "list_users",
                    "parameters": {"cursor": "$response.body#/next_cursor"},
                }
            },
        },
        **responses(422, 503),
    },
)
async def list_users(
    response: Response, users: Users, query: Annotated[ListQuery, Query()]
) -> UserList:
    """Lists users in the order of `sort`; go on with next_cursor or the Link header."""
    request = ListRequest(query.limit, query.role, query.sort)
    if query.cursor is not None:
        request = replace(request, place=read_cursor(query.cursor, request))
    page = users.list_users(request)
    response.headers.update(PRIVATE)
    shown: dict[str, Any] = {"items": page.items, "next_cursor": None}
    if page.next_place is not None:
        shown["next_cursor"] = write_cursor(page.next_place, request)
        again = {"limit": str(query.limit), "cursor": shown["next_cursor"]}
        again |= query.model_dump(include={"role", "sort"}, exclude_defaults=True)
        response.headers["Link"] = f'</users/?{urlencode(again)}>; rel="next"'
    if query.total:
        total = users.count_users(query.role)
        shown |= {"total": total.count, "total_is_capped": not total.is_complete}
    return UserList(**shown)


@router.get("/roles", responses=responses(422, 503))
async def list_roles(
    response: Response, users: Users, query: Annotated[RolesQuery, Query()]
) -> RoleNames:
    """Lists the roles that users have: what `role` can usefully be."""
    found = users.find_roles(query.q or "", limit=query.limit)
    response.headers.update(PRIVATE)
    return RoleNames(items=found.items, truncated=not found.is_complete)

"""Several APIs on one port, whose routes do not collide."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http import HTTPStatus

from aiohttp import web

from samulator.http.gateway.door import Door
from samulator.http.gateway.request import target_of
from samulator.http.server.origin import OriginPolicy
from samulator.http.server.server import Refusal


@dataclass(frozen=True)
class ApiDoor:
    """The door of one API, and which method and path as sent it has a route for."""

    door: Door
    serves: Callable[[str, str], bool]


class SharedPort:
    """Gives each request to the API that has a route for it, else to the first."""

    def __init__(self, doors: Sequence[ApiDoor]) -> None:
        self._doors = doors
        # Which of the APIs lets a page in is known when the request's is.
        self.policy = OriginPolicy(allows_origin=self._allows, links=True)

    async def answer(self, request: web.BaseRequest) -> web.Response:
        """Answer as the request's API does, whose pages alone are let in."""
        door = self._door(request)
        problem = door.policy.refusal(request.headers.items(), request.raw_path)
        if problem is not None:
            return door.refuse(request, Refusal(HTTPStatus.FORBIDDEN, problem))
        return await door.answer(request)

    def refuse(self, request: web.BaseRequest, refusal: Refusal) -> web.Response:
        """Word it as the first API does."""
        return self._doors[0].door.refuse(request, refusal)

    def _allows(self, origin: str) -> bool:
        return any(each.door.policy.allows_origin(origin) for each in self._doors)

    def _door(self, request: web.BaseRequest) -> Door:
        path = target_of(request.raw_path).partition("?")[0]
        for each in self._doors:
            if each.serves(request.method, path):
                return each.door
        return self._doors[0].door

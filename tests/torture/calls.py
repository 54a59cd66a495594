"""The calls that are made during a fault of each store, and what makes their answers right."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import Any
from uuid import uuid4

from testkit.timing import wait_until
from tests.api_client import Answer, ApiClient, address

# What a call may last, or add to one that is healthy (DESIGN of the HTTP API; decision 65).
ANSWER_SECONDS = 3.0
CACHE_SECONDS = 0.150
INDEX_SECONDS = 0.350
SEARCH_SECONDS = 1.3
STORAGE_SECONDS = 10.0


@dataclass(frozen=True)
class Call:
    """`promise` in seconds above a healthy call; `judge` says what is wrong with an answer."""

    name: str
    promise: float
    make: Callable[[ApiClient], Answer]
    judge: Callable[[Answer], str]


def patient(call: Callable[[], Answer]) -> Answer:
    """For what is done without a fault: a machine that is too busy answers 503, too."""
    answers: list[Answer] = []

    def is_done() -> bool:
        answers.append(call())
        return answers[-1].status != HTTPStatus.SERVICE_UNAVAILABLE

    wait_until(is_done)
    return answers[-1]


class Known:
    """One user, whose name changes by every call, and what of it was acknowledged."""

    def __init__(self, user: dict[str, Any]) -> None:
        self._user = user
        self._names = {user["name"]}
        self._made: list[dict[str, Any]] = []
        self._path = address(user["email"])
        self._query = f"role={user['role']}"

    @classmethod
    def create(cls, api: ApiClient) -> "Known":
        def attempt() -> Answer:
            token = uuid4().hex
            user = {"email": f"{token}@example.com", "name": f"N{token}", "role": f"r{token}"}
            return api.post("/users/", user)

        return cls(patient(attempt).json())

    def settle(self, api: ApiClient) -> None:
        """Takes the user as it is now, before a fault, for the truth."""
        self._user = patient(partial(self._list, api)).json()["items"][0]
        self._names, self._made = {self._user["name"]}, []

    def calls(self, store: str) -> list[Call]:
        """What is asked during a fault of this store, in this order."""
        told = _right_or_503
        listed = Call("list", ANSWER_SECONDS, self._list, partial(told, right=self._is_listed))
        read = partial(_always, right=self._is_user)
        search = Call("search", SEARCH_SECONDS, self._search, partial(_always, right=self._found))
        by_store = {
            "postgres": [
                listed,
                Call("create", ANSWER_SECONDS, self._create, partial(told, right=self._is_new)),
                Call("change", ANSWER_SECONDS, self._change, partial(told, right=self._is_changed)),
            ],
            "redis": [
                Call("read", CACHE_SECONDS, self._read, read),
                Call(
                    "change", CACHE_SECONDS, self._change, partial(_always, right=self._is_changed)
                ),
                Call("read own write", CACHE_SECONDS, self._read, read),
            ],
            "opensearch": [
                Call("create", INDEX_SECONDS, self._create, partial(_always, right=self._is_new)),
                search,
                Call(
                    "change", INDEX_SECONDS, self._change, partial(_always, right=self._is_changed)
                ),
            ],
            "s3": [
                Call("datasets", STORAGE_SECONDS, _datasets, partial(told, right=_are_datasets))
            ],
        }
        return by_store[store]

    def after(self, api: ApiClient, store: str) -> str:
        """The first requests after a fault: empty, or what is wrong with their answers."""
        if store == "s3":
            return _always(_datasets(api), right=_are_datasets)
        first = {"postgres": self._list, "redis": self._read, "opensearch": self._search}[store]
        judge = {"postgres": self._is_listed, "redis": self._is_user, "opensearch": self._found}
        if wrong := _always(first(api), right=judge[store]):
            return wrong
        for made in self._made:
            if wrong := _always(api.get(address(made["email"])), right=made.__eq__):
                return f"acknowledged create: {wrong}"
        return _always(self._change(api), right=self._is_changed)

    def _list(self, api: ApiClient) -> Answer:
        return api.get(f"/users/?{self._query}")

    def _read(self, api: ApiClient) -> Answer:
        return api.get(self._path)

    def _search(self, api: ApiClient) -> Answer:
        return api.get(f"/users/search?q=example&{self._query}")

    def _create(self, api: ApiClient) -> Answer:
        return api.post(
            "/users/", {"name": "A", "email": f"{uuid4().hex}@example.com", "role": "made"}
        )

    def _change(self, api: ApiClient) -> Answer:
        name = f"N{uuid4().hex}"
        self._names.add(name)
        return api.patch(self._path, {"name": name})

    def _acknowledge(self, user: dict[str, Any]) -> None:
        """A change that was not may still come later, as what is slow on the way does."""
        self._names.discard(self._user["name"])
        self._names.add(user["name"])
        self._user = user

    def _is_user(self, body: Any) -> bool:
        """The last acknowledged state, or that of a change whose answer was an error."""
        fixed = ("id", "email", "role", "created_at")
        return (
            isinstance(body, dict)
            and all(body.get(name) == self._user[name] for name in fixed)
            and body["version"] >= self._user["version"]
            and body["name"] in self._names
            and (body == self._user or body["version"] > self._user["version"])
        )

    def _is_listed(self, body: Any) -> bool:
        return len(body["items"]) == 1 and self._is_user(body["items"][0])

    def _found(self, body: Any) -> bool:
        return body["total"] == 1 and self._is_listed(body)

    def _is_new(self, body: Any) -> bool:
        right = (body["name"], body["role"], body["version"]) == ("A", "made", 1)
        self._made += [body] if right else []
        return right

    def _is_changed(self, body: Any) -> bool:
        right = self._is_user(body) and body["version"] > self._user["version"]
        if right:
            self._acknowledge(body)
        return right


def _datasets(api: ApiClient) -> Answer:
    return api.get("/datasets/?prefix=orders")


def _are_datasets(body: Any) -> bool:
    return [(one["source_key"], one["status"]) for one in body["items"]] == [("orders.csv", "ok")]


def _always(answer: Answer, *, right: Callable[[Any], bool]) -> str:
    if answer.status not in (200, 201):
        return f"status {answer.status}"
    body = json.loads(answer.body)
    return "" if right(body) else f"wrong body: {answer.body[:300]!r}"


def _right_or_503(answer: Answer, *, right: Callable[[Any], bool]) -> str:
    if answer.status != 503:
        return _always(answer, right=right)
    return "" if says_when(answer.headers) else "503 without Retry-After or problem"


def says_when(headers: Mapping[str, str]) -> bool:
    is_problem = headers.get("content-type") == "application/problem+json"
    return is_problem and headers.get("retry-after", "").isdigit()

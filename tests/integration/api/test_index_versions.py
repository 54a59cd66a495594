"""The index keeps the newest state of a user, in whatever order it is told of them."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import pytest

from api.breaker import CircuitBreaker
from api.settings import Settings
from api.users.models import StoredUser, User
from api.users.search.bulk import write_bulk
from api.users.search.client import Client
from api.users.search.document import ALIAS
from api.users.search.index import OpenSearchUsers
from api.wiring import build_search_client

Write = Callable[[StoredUser], object]
ADA = uuid4()


@pytest.fixture
def client(settings: Settings) -> Iterator[Client]:
    client = build_search_client(settings)
    yield client
    client.close()


def named(client: Client, user_id: UUID) -> Any:
    """The name that the index knows; None where it knows nobody."""
    asked = {"query": {"term": {"id": str(user_id)}}}
    hits = client.call("POST", f"/{ALIAS}/_search", body=asked, seconds=5)["hits"]["hits"]
    return hits[0]["_source"]["name"] if hits else None


def state(revision: int) -> StoredUser:
    fields = {"name": f"N{revision}", "email": "ada@example.com", "role": "r", "version": 1}
    times = {"created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:00Z"}
    return StoredUser(User.model_validate(fields | times | {"id": ADA}), revision)


def keeps_the_newest(client: Client, write: Write) -> None:
    write(state(6))
    assert named(client, ADA) == "N6"
    write(state(5))
    assert named(client, ADA) == "N6"
    write(state(7))
    assert named(client, ADA) == "N7"


def test_write_that_comes_late_replaces_no_newer_state(client: Client) -> None:
    breaker = partial(CircuitBreaker, slow_seconds=60)
    index = OpenSearchUsers(client, write_breaker=breaker("w"), search_breaker=breaker("s"))
    keeps_the_newest(client, index.put)
    index.remove(ADA, revision=6)
    assert named(client, ADA) == "N7"
    index.remove(ADA, revision=8)
    assert named(client, ADA) is None


def test_batch_that_comes_late_replaces_no_newer_state(client: Client) -> None:
    def write(stored: StoredUser) -> None:
        assert write_bulk(client, ALIAS, {ADA: stored.revision}, {ADA: stored}) == set()

    keeps_the_newest(client, write)
    assert write_bulk(client, ALIAS, {ADA: 6}, {}) == set()
    assert named(client, ADA) == "N7"
    assert write_bulk(client, ALIAS, {ADA: 8}, {}) == set()
    assert named(client, ADA) is None

"""OpenSearch is away for 500 writes and comes back, with its memory or without."""

import random
from collections.abc import Callable
from typing import Any

import pytest

from api.settings import Settings
from tests.api_client import ApiClient, address
from tests.integration.api.conftest import MakeApi, Proxies, drop_indices

WRITES = 500


@pytest.mark.parametrize("forgets", [False, True])
def test_every_write_of_an_outage_is_searchable_soon_after(
    forgets: bool,
    make_api: MakeApi,
    proxies: Proxies,
    settings: Settings,
    sync: Callable[..., Any],
) -> None:
    api = make_api(**proxies.settings())
    api.create("before@x.org", name="Before")
    proxies.opensearch.refuse()
    expected = {"before@x.org": "Before"} | write(api, WRITES)
    proxies.opensearch.allow()
    if forgets:
        drop_indices(settings)
    # One run does it all: the schedule starts one every minute.
    assert sync()["pending"] == 0
    fresh = make_api()
    found: dict[str, str] = {}
    for offset in range(0, 1000, 100):
        page = fresh.get("/users/search", query=f"q=org&limit=100&offset={offset}").json()
        assert page["degraded"] is False
        assert page["total"] == len(expected)
        found |= {user["email"]: user["name"] for user in page["items"]}
    assert found == expected
    for email in random.Random(2).sample(sorted(expected), 20):
        hits = fresh.get("/users/search", query=f"q={expected[email]}&limit=100").json()
        assert email in {user["email"] for user in hits["items"]}


def write(api: ApiClient, count: int) -> dict[str, str]:
    """Creates, changes, moves and deletes; returns what must be there then."""
    choose = random.Random(1)
    names: dict[str, str] = {}
    for number in range(count):
        kind = choose.random() if names else 0.0
        email = choose.choice(sorted(names)) if names else ""
        if kind < 0.5:
            email, name = f"u{number}@x.org", f"Made{number}"
            api.create(email, name=name)
            names[email] = name
        elif kind < 0.7:
            names[email] = f"Changed{number}"
            assert api.patch(address(email), {"name": names[email]}).status == 200
        elif kind < 0.8:
            moved = f"moved{number}@x.org"
            assert api.patch(address(email), {"email": moved}).status == 200
            names[moved] = names.pop(email)
        else:
            assert api.delete(address(email)).status == 204
            del names[email]
    return names

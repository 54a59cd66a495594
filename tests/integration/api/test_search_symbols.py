"""A search for nothing but punctuation or emoji, with OpenSearch and without it."""

from typing import Any
from urllib.parse import quote

import pytest

from tests.api_client import ApiClient
from tests.integration.api.conftest import MakeApi

pytestmark = pytest.mark.usefixtures("patient")

USERS = {
    "unicorn@example.com": ("Zoë 🦄", "!!!"),
    "plus+tag@example.com": ("C++ & Co.", "admin"),
    "family@example.com": ("👨\u200d👩\u200d👧", "100%"),
    "plain@example.com": ("Plain", "x_y"),
}


@pytest.fixture(params=["opensearch", "postgres"])
def searched(request: pytest.FixtureRequest, api: ApiClient, make_api: MakeApi) -> ApiClient:
    for email, (name, role) in USERS.items():
        api.create(email, name=name, role=role)
    away = "http://127.0.0.1:9"
    return api if request.param == "opensearch" else make_api(opensearch_url=away)


def found(api: ApiClient, text: str) -> set[str]:
    answer = api.get("/users/search", query=f"q={quote(text)}")
    assert answer.status == 200, answer.body
    emails: Any = [user["email"].partition("@")[0] for user in answer.json()["items"]]
    assert answer.json()["total"] == len(emails)
    return set(emails)


@pytest.mark.parametrize(
    ("text", "emails"),
    [
        ("🦄", {"unicorn"}),
        ("!!!", {"unicorn"}),
        ("zoë 🦄", {"unicorn"}),
        ("🦄 zoë !", {"unicorn"}),
        ("plain 🦄", set()),
        ("&", {"plus+tag"}),
        ("++", {"plus+tag"}),
        ("👨", {"family"}),
        ("👨\u200d👩\u200d👧", {"family"}),
        ("%", {"family"}),
        ("_", {"plain"}),
        ("@", {"unicorn", "plus+tag", "family", "plain"}),
        ("🐙", set()),
    ],
)
def test_signs_are_found_where_they_stand(searched: ApiClient, text: str, emails: set[str]) -> None:
    assert found(searched, text) == emails


def test_removed_sign_is_found_no_more(api: ApiClient) -> None:
    api.create("a@example.com", name="A 🦄")
    assert found(api, "🦄") == {"a"}
    api.patch("/users/a@example.com", {"name": "A"})
    assert found(api, "🦄") == set()

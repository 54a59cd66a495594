"""Lists of users: in every order each user once, the total, the roles there are."""

from typing import Any

import pytest

from api.users import keyset
from tests.api_client import ApiClient

# Name, email, role: names that people sort otherwise than computers do, some of them equal.
PEOPLE = [
    ("Zoë", "zoe@x.org", "b"),
    ("álvaro", "1@x.org", "a"),
    ("Bob", "b2@x.org", "a"),
    ("bob", "b1@x.org", "b"),
    ("Ada", "Ada@x.org", "c"),
    ("\N{CYRILLIC CAPITAL LETTER YA}n", "ya@x.org", "b"),
    ("\N{ARABIC LIGATURE SALLALLAHOU ALAYHE WASALLAM}" * 200, "long@x.org", "a"),
    ("Ångström", "a3@x.org", "A"),
]
BY_NAME = ["Ada@x.org", "1@x.org", "a3@x.org", "b2@x.org", "b1@x.org", "zoe@x.org", "ya@x.org"]


@pytest.fixture
def people(api: ApiClient) -> list[dict[str, Any]]:
    return [api.create(email, name=name, role=role) for name, email, role in PEOPLE]


def walk(api: ApiClient, path: str) -> list[str]:
    """The emails of all pages, two users at a time."""
    emails: list[str] = []
    path += "&limit=2"
    while path:
        answer = api.get(path)
        assert answer.status == 200, answer.body
        emails += [user["email"] for user in answer.json()["items"]]
        path = answer.headers.get("link", "").split(">")[0][1:]
    return emails


@pytest.mark.usefixtures("people")
def test_names_are_sorted_as_people_do_and_the_equal_ones_by_creation(api: ApiClient) -> None:
    assert walk(api, "/users/?sort=name") == [*BY_NAME, "long@x.org"]
    assert walk(api, "/users/?sort=-name") == ["long@x.org", *reversed(BY_NAME)]


@pytest.mark.parametrize("field", ["created_at", "updated_at", "email", "role"])
def test_every_order_holds_everybody_once_and_turned_round_backwards(
    api: ApiClient, people: list[dict[str, Any]], field: str
) -> None:
    for name in ("zoe@x.org", "b1@x.org"):
        api.patch(f"/users/{name}", {"role": "a"})
    upwards = walk(api, f"/users/?sort={field}")
    assert sorted(upwards) == sorted(user["email"] for user in people)
    assert walk(api, f"/users/?sort=-{field}") == upwards[::-1]
    users = [api.get(f"/users/{email}").json() for email in upwards]
    keys = [user[field].casefold() for user in users]
    assert keys == sorted(keys)


@pytest.mark.usefixtures("people")
def test_order_and_filter_go_together_and_outlive_changes_between_pages(api: ApiClient) -> None:
    first = api.get("/users/?sort=-name&role=b&limit=1")
    (ya,) = first.json()["items"]
    api.delete(f"/users/{ya['email']}")
    api.create("new@x.org", name="\N{CYRILLIC CAPITAL LETTER YA}z", role="b")
    rest = walk(api, first.headers["link"].split(">")[0][1:].replace("limit=1&", ""))
    assert rest == ["zoe@x.org", "b1@x.org"]


@pytest.mark.usefixtures("people")
def test_total_is_counted_when_it_is_asked_for(api: ApiClient) -> None:
    counted = api.get("/users/?total=true&limit=1").json()
    assert (counted["total"], counted["total_is_capped"]) == (8, False)
    assert api.get("/users/?total=true&role=b").json()["total"] == 3
    assert api.get("/users/?total=true&role=nobody").json()["total"] == 0
    assert set(api.get("/users/?limit=1").json()) == {"items", "next_cursor"}


@pytest.mark.usefixtures("people")
def test_counting_stops_at_its_bound(api: ApiClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keyset, "MOST_COUNTED", 5)
    counted = api.get("/users/?total=true&limit=1").json()
    assert (counted["total"], counted["total_is_capped"]) == (5, True)
    monkeypatch.setattr(keyset, "MOST_COUNTED", 8)
    assert api.get("/users/?total=true&limit=1").json()["total_is_capped"] is False


@pytest.mark.usefixtures("people")
def test_roles_in_use_are_listed_once(api: ApiClient) -> None:
    assert api.get("/users/roles").json() == {"items": ["A", "a", "b", "c"], "truncated": False}
    assert api.get("/users/roles?limit=2").json() == {"items": ["A", "a"], "truncated": True}
    assert api.get("/users/roles?q=a").json() == {"items": ["A", "a"], "truncated": False}
    assert api.get("/users/roles?q=%25").json() == {"items": [], "truncated": False}


def test_roles_of_nobody_are_none(api: ApiClient) -> None:
    assert api.get("/users/roles").json() == {"items": [], "truncated": False}


@pytest.mark.parametrize("query", ["sort=", "sort=password", "sort=--name", "total=many"])
def test_unknown_order_is_422_naming_the_parameter(api: ApiClient, query: str) -> None:
    answer = api.get("/users/", query=query)
    assert answer.status == 422
    assert answer.json()["errors"][0]["parameter"] == query.split("=")[0]


def test_cursor_with_text_that_no_name_holds_is_refused(api: ApiClient) -> None:
    for number in range(2):
        api.create(f"u{number}@x.org")
    cursor = api.get("/users/?limit=1&sort=name").json()["next_cursor"]
    for foreign in (f"{cursor}AAAA", f"{cursor}____", "A" * 6000):
        answer = api.get("/users/", query=f"sort=name&cursor={foreign}")
        assert answer.status == 422, foreign


@pytest.mark.parametrize(
    ("path", "known"),
    [
        ("/users/", "cursor, limit, role, sort, total"),
        ("/users/search", "limit, offset, q, role"),
        ("/users/roles", "limit, q"),
        ("/datasets/", "cursor, limit, prefix, q, sort, status"),
    ],
)
def test_parameter_that_is_misspelt_is_refused_naming_those_that_there_are(
    api: ApiClient, path: str, known: str
) -> None:
    answer = api.get(path, query="q=a&rolle=admin" if "search" in path else "rolle=admin")
    assert answer.status == 422
    fault = {"parameter": "rolle", "detail": f"is not known here; known are {known}"}
    assert answer.json()["errors"] == [fault]


def test_status_that_no_dataset_has_is_refused_naming_those_that_there_are(api: ApiClient) -> None:
    (fault,) = api.get("/datasets/?status=suceeded").json()["errors"]
    assert fault["parameter"] == "status"
    assert fault["detail"] == "must be 'succeeded', 'warned', 'refused', 'too_large' or 'failed'"

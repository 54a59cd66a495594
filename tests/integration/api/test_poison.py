"""After whatever was sent, the next reads on the same connection are about whom they ask for."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from api.database.connection import Database
from api.errors import DatabaseUnavailable
from api.settings import Settings
from api.wiring import build_database
from tests.api_client import ApiClient, address

PEOPLE = [f"p{number}@x.org" for number in range(4)]
ANY_TEXT = st.text(st.characters(codec=None), max_size=20)
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | ANY_TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(ANY_TEXT, inner, max_size=3),
    max_leaves=8,
)
BODIES = st.one_of(
    st.fixed_dictionaries({"name": ANY_TEXT, "email": ANY_TEXT, "role": ANY_TEXT}),
    st.fixed_dictionaries(
        {"name": ANY_TEXT, "email": st.just("p0@x.org"), "role": ANY_TEXT | st.integers()}
    ),
    ANY_JSON,
).map(lambda value: json.dumps(value).encode())
RAW = st.binary(max_size=60)


def assert_reads_are_right(api: ApiClient, users: list[Any]) -> None:
    for user in users[:3]:
        answer = api.get(address(user["email"]))
        assert (answer.status, answer.json()) == (200, user)


@pytest.mark.parametrize(
    "body",
    [
        b'{"name":"\\ud800","email":"a@x.org","role":"r"}',
        b'{"name":"a","email":"a\\udc00@x.org","role":"r"}',
        b'{"name":"a\\u0000","email":"a@x.org","role":"r"}',
        b'{"name":"a","email":"p0@x.org","role":"r"}',
        b'{"name":"' + b"x" * 900_000 + b'","email":"a@x.org","role":"r"}',
        b"\xff" * 1000,
        b"[" * 200_000,
        b'{"name":1e999,"email":{},"role":[]}',
    ],
)
def test_bad_body_leaves_the_connection_in_step(uncached: ApiClient, body: bytes) -> None:
    users = [uncached.create(email) for email in PEOPLE]
    for _ in range(3):
        assert 400 <= uncached.post("/users/", body).status < 500
        assert_reads_are_right(uncached, users)
        assert 400 <= uncached.patch(address(PEOPLE[3]), body).status < 500
        assert_reads_are_right(uncached, users)


@pytest.fixture
def uncached(make_api: Any) -> ApiClient:
    """Every read goes to PostgreSQL."""
    return make_api(redis_port=9)


@pytest.mark.parametrize("examples", [100, pytest.param(300, marks=pytest.mark.long)])
def test_any_request_leaves_the_connection_in_step(uncached: ApiClient, examples: int) -> None:
    users = [uncached.create(email) for email in PEOPLE[1:]]

    @hypothesis_settings(
        max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck), database=None
    )
    @given(
        method=st.sampled_from(["GET", "POST", "PATCH", "DELETE"]),
        path=st.sampled_from(["/users/", "/users/search", "/users/p0@x.org", "/users/%00@x"]),
        query=ANY_TEXT.map(lambda text: f"q={text}&limit={text}"),
        body=BODIES | RAW,
        tag=st.none() | ANY_TEXT,
    )
    def attack(method: str, path: str, query: str, body: bytes, tag: str | None) -> None:
        headers = {} if tag is None else {"If-Match": tag}
        sent = None if method in ("GET", "DELETE") else body
        answer = uncached.call(method, path, query=query, body=sent, headers=headers)
        assert answer.status < 500, answer.body
        assert_reads_are_right(uncached, users)

    attack()


def test_driver_that_lost_its_step_is_dropped(settings: Settings) -> None:
    """Without the edge's checks: what the driver cannot encode must not shift its replies."""
    database: Database = build_database(settings)
    try:
        for number in range(20):
            with pytest.raises(UnicodeEncodeError):
                database.run("SELECT CAST(:text AS text)", text="\ud800")
            rows = database.run("SELECT CAST(:number AS int)", number=number)
            assert rows == [[number]]
            # A reply that the driver cannot read.
            with pytest.raises(DatabaseUnavailable):
                database.run("SELECT time '24:00:00'")
            assert database.run("SELECT CAST(:number AS int)", number=-number) == [[-number]]
    finally:
        database.close()

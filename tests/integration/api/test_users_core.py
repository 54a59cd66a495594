"""Create and read over real PostgreSQL, Redis and OpenSearch."""

from datetime import datetime
from uuid import UUID

from tests.api_client import ApiClient, address


def test_status_says_running_with_a_utc_timestamp(api: ApiClient) -> None:
    answer = api.get("/status")
    assert answer.status == 200
    assert answer.json()["status"] == "running"
    assert datetime.fromisoformat(answer.json()["timestamp"]).utcoffset().total_seconds() == 0


def test_created_user_comes_back_with_location_and_etag(api: ApiClient) -> None:
    answer = api.post(
        "/users/", {"name": "  Ada Lovelace ", "email": "Ada+x@Example.com", "role": "admin"}
    )
    assert answer.status == 201, answer.body
    user = answer.json()
    assert (user["name"], user["email"], user["role"], user["version"]) == (
        "Ada Lovelace",
        "Ada+x@Example.com",
        "admin",
        1,
    )
    UUID(user["id"])
    read = api.get(answer.headers["location"])
    assert (read.json(), read.headers["etag"]) == (user, answer.headers["etag"])


def test_read_is_a_miss_first_and_a_hit_then_with_equal_bytes(api: ApiClient) -> None:
    api.create("ada@example.com")
    first, second = api.get(address("ada@example.com")), api.get(address("ADA@EXAMPLE.COM"))
    assert (first.headers["x-cache"], second.headers["x-cache"]) == ("miss", "hit")
    assert first.body == second.body


def test_second_user_of_an_email_is_a_conflict_whatever_its_case(api: ApiClient) -> None:
    api.create("ada@example.com")
    answer = api.post("/users", {"name": "B", "email": "ADA@example.com", "role": "x"})
    assert answer.status == 409
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"] == "urn:problem:email-taken"


def test_unknown_email_is_not_found(api: ApiClient) -> None:
    assert api.get(address("nobody@example.com")).status == 404


def test_created_user_is_found_at_once_with_a_typo_and_by_prefix(api: ApiClient) -> None:
    user = api.create("ada@example.com")
    for text in ("Lovelcae", "love", "ada@exam", "admin", "ada%20admin"):
        answer = api.get("/users/search", query=f"q={text}")
        assert answer.json() == {"items": [user], "total": 1, "degraded": False}, text

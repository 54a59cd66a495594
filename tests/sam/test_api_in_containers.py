"""The user API under `sam local start-api`, over the data services of this machine."""

import pytest

from tests.embedded_stack import EmbeddedStack
from tests.http_calls import HttpCaller

pytestmark = pytest.mark.sam

ADA = {"name": "Ada Lovelace", "email": "ada@example.com", "role": "analyst"}


@pytest.fixture(scope="module")
def call(sam_stack: EmbeddedStack) -> HttpCaller:
    return HttpCaller(sam_stack.url)


def test_status_answers(call):
    answer = call("GET", "/status")
    assert (answer.status, answer.json()["status"]) == (200, "running")


def test_every_data_service_is_reached_from_the_container(call):
    answer = call("GET", "/status/ready")
    assert answer.status == 200
    assert answer.json() == {"postgres": "up", "redis": "up", "opensearch": "up"}


def test_created_user_is_read_from_postgres_then_from_the_cache(call):
    created = call("POST", "/users/", body=ADA)
    assert created.status == 201, created.body
    first = call("GET", "/users/ada@example.com")
    second = call("GET", "/users/ada@example.com")
    assert (first.status, first.headers["x-cache"]) == (200, "miss")
    assert (second.status, second.headers["x-cache"]) == (200, "hit")
    assert first.json() == second.json() == created.json()


def test_second_user_with_the_same_email_is_a_conflict(call):
    call("POST", "/users/", body={**ADA, "email": "twice@example.com"})
    answer = call("POST", "/users/", body={**ADA, "email": "Twice@example.com"})
    assert answer.status == 409
    assert answer.headers["content-type"] == "application/problem+json"


def test_unknown_user_is_not_found(call):
    assert call("GET", "/users/nobody@example.com").status == 404

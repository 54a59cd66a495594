"""What a call costs on the wire, counted by a proxy."""

import pytest

from tests.api_client import ApiClient, address
from tests.integration.api.conftest import Proxies

pytestmark = pytest.mark.usefixtures("patient")


def _warm(api: ApiClient, proxies: Proxies) -> None:
    for name in ("warm", "warmer"):
        api.create(f"{name}@example.com")
        for _ in range(2):
            api.get(address(f"{name}@example.com"))
    proxies.postgres.count()
    proxies.redis.count()


def test_warm_hit_is_one_redis_round_trip_and_no_postgres(
    proxied_api: ApiClient, proxies: Proxies
) -> None:
    _warm(proxied_api, proxies)
    assert proxied_api.get(address("warm@example.com")).headers["x-cache"] == "hit"
    assert (proxies.redis.round_trips, proxies.postgres.round_trips) == (1, 0)


def test_warm_miss_is_one_postgres_round_trip(proxied_api: ApiClient, proxies: Proxies) -> None:
    proxied_api.create("cold@example.com")
    _warm(proxied_api, proxies)
    assert proxied_api.get(address("cold@example.com")).headers["x-cache"] == "miss"
    assert (proxies.redis.round_trips, proxies.postgres.round_trips) == (2, 1)


def test_create_is_one_postgres_round_trip(proxied_api: ApiClient, proxies: Proxies) -> None:
    _warm(proxied_api, proxies)
    proxied_api.create("new@example.com")
    assert (proxies.redis.round_trips, proxies.postgres.round_trips) == (1, 1)


def test_create_with_a_key_is_one_postgres_round_trip_and_so_is_its_repeat(
    proxied_api: ApiClient, proxies: Proxies
) -> None:
    _warm(proxied_api, proxies)
    body = {"name": "N", "email": "new@example.com", "role": "r"}
    for round_trips in (1, 2):
        answer = proxied_api.post("/users/", body, headers={"Idempotency-Key": "k"})
        assert (answer.status, proxies.postgres.round_trips) == (201, round_trips)


def test_first_postgres_call_logs_in_and_sets_its_parameters_in_four_round_trips(
    proxied_api: ApiClient, proxies: Proxies
) -> None:
    proxied_api.get("/users/")
    login, parameters, prepare, run = 3, 1, 1, 1
    assert proxies.postgres.round_trips == login + parameters + prepare + run


def test_first_redis_call_connects_in_one_round_trip(
    proxied_api: ApiClient, proxies: Proxies
) -> None:
    proxied_api.get(address("nobody@example.com"))
    assert (proxies.redis.connections, proxies.redis.round_trips) == (1, 1)


def test_warm_change_and_delete_are_one_postgres_round_trip_each(
    proxied_api: ApiClient, proxies: Proxies
) -> None:
    _warm(proxied_api, proxies)
    proxied_api.patch(address("warm@example.com"), {"name": "First"})
    proxied_api.delete(address("warm@example.com"))
    proxies.postgres.count()
    assert proxied_api.patch(address("warmer@example.com"), {"name": "Next"}).status == 200
    assert proxies.postgres.round_trips == 1
    assert proxied_api.delete(address("warmer@example.com")).status == 204
    assert proxies.postgres.round_trips == 2

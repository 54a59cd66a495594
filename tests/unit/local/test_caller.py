"""Who calls: this machine, or a web page of somebody else."""

import pytest

from local.caller import is_foreign_origin, is_local_host


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1:3000",
        "[::1]:3000",
        "localhost",
        "LOCALHOST:3000",
        "shop.localhost:3000",
        "shop.test",
        "host.docker.internal:3000",
        "my-laptop:3000",
        "",
    ],
)
def test_what_no_stranger_can_own_is_local(host: str) -> None:
    assert is_local_host(host)


@pytest.mark.parametrize(
    "host",
    [
        "evil.example:3000",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "evil.example.",
        "[x",
    ],
)
def test_what_anybody_can_register_is_not(host: str) -> None:
    assert not is_local_host(host)


@pytest.mark.parametrize(
    "origin",
    ["https://evil.example", "null", "", "http://localhost.evil.example:3000", "file://localhost"],
)
def test_pages_of_others_are_foreign(origin: str) -> None:
    assert is_foreign_origin(origin)


@pytest.mark.parametrize("origin", [None, "http://127.0.0.1:3000", "http://localhost:5173"])
def test_programs_and_this_machines_pages_are_not(origin: str | None) -> None:
    assert not is_foreign_origin(origin)

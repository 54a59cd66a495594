"""Who calls: this machine, or a web page of somebody else."""

import socket

import pytest

from samulator.http.server.origin import OriginPolicy, is_local_host, is_local_origin


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
    [
        "https://evil.example",
        "null",
        "",
        "http://localhost.evil.example:3000",
        "file://localhost",
        "http://203.0.113.7",
        "http://192.168.1.20:8080",
        "http://intranet",
        "http://localhost@evil.example",
        "http://evil.example\\@localhost",
        "http://localhost, http://evil.example",
    ],
)
def test_pages_of_others_are_foreign(origin: str) -> None:
    assert not is_local_origin(origin)
    refused = OriginPolicy().refusal([("Host", "127.0.0.1:3000"), ("Origin", origin)])
    assert refused == f"web pages of {origin} have no access"


@pytest.mark.parametrize(
    "origin",
    [
        "http://127.0.0.1:3000",
        "http://localhost:5173",
        "http://[::1]:3000",
        "http://0.0.0.0:8000",
        "https://shop.localhost",
        "http://shop.test",
        f"http://{socket.gethostname()}:5173",
    ],
)
def test_this_machines_pages_are_not(origin: str) -> None:
    assert is_local_origin(origin)


def test_programs_send_no_origin() -> None:
    assert OriginPolicy().refusal([("Host", "127.0.0.1:3000")]) is None
    assert OriginPolicy().refusal([]) is None


def test_one_foreign_value_among_several_is_enough() -> None:
    hosts = [("Host", "localhost"), ("host", "evil.example")]
    origins = [("Origin", "http://localhost"), ("origin", "https://evil.example")]

    assert OriginPolicy().refusal(hosts) == "Host evil.example is not a name of this machine"
    assert OriginPolicy().refusal(origins) == "web pages of https://evil.example have no access"


CROSS_SITE = [("Host", "127.0.0.1:4566"), ("Sec-Fetch-Site", "cross-site")]


def test_images_and_frames_of_other_sites_are_refused_though_they_send_no_origin() -> None:
    image = [*CROSS_SITE, ("Sec-Fetch-Mode", "no-cors")]

    assert OriginPolicy(links=True).refusal(image) == "web pages of another site have no access"
    foreign = OriginPolicy().refusal([*image, ("Referer", "https://evil.example/page")])
    assert foreign == "web pages of https://evil.example have no access"
    assert OriginPolicy().refusal([*image, ("Referer", "http://localhost:3000/console")]) is None


def test_links_of_other_sites_are_followed_only_where_nothing_is_done_by_them() -> None:
    link = [*CROSS_SITE, ("Sec-Fetch-Mode", "navigate")]

    assert OriginPolicy(links=True).refusal(link) is None
    assert OriginPolicy().refusal(link) is not None


def test_a_port_for_one_program_takes_its_exact_host_and_no_browser() -> None:
    policy = OriginPolicy(host="127.0.0.1:40001", browsers=False)

    assert policy.refusal([("Host", "127.0.0.1:40001")]) is None
    assert policy.refusal([("Host", "localhost:40001")]) is not None
    for browser in (("Origin", "http://127.0.0.1:40001"), ("Sec-Fetch-Site", "none")):
        assert policy.refusal([("Host", "127.0.0.1:40001"), browser]) is not None

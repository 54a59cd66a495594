"""A proxy that the user has is for other hosts than the servers of this machine."""

import os
from urllib.request import getproxies, proxy_bypass

import pytest
from botocore.utils import should_bypass_proxies

from samulator.servers.loopback_direct import direct_to_loopback

PROXY = "http://proxy.example.com:3128"


@pytest.fixture
def surrounded(monkeypatch: pytest.MonkeyPatch):
    """Puts a function's variables around this process, whose clients then read them."""

    def surround(variables: dict[str, str]) -> None:
        monkeypatch.setattr(os, "environ", direct_to_loopback(variables))

    return surround


@pytest.mark.parametrize("name", ["HTTP_PROXY", "https_proxy", "ALL_PROXY"])
@pytest.mark.parametrize("excepted", [{}, {"NO_PROXY": "intra.example.com"}, {"no_proxy": "*"}])
def test_clients_of_a_function_ask_local_servers_directly(
    surrounded, name: str, excepted: dict[str, str]
) -> None:
    surrounded({name: PROXY, **excepted})
    for host in ("127.0.0.1:4566", "localhost:3000"):
        assert proxy_bypass(host)
        assert should_bypass_proxies(f"http://{host}/bucket")


def test_other_hosts_are_asked_through_the_proxy_but_for_those_that_the_user_excepts(
    surrounded,
) -> None:
    surrounded({"HTTP_PROXY": PROXY, "NO_PROXY": "intra.example.com"})
    assert getproxies()["http"] == PROXY
    assert not proxy_bypass("example.com")
    assert proxy_bypass("intra.example.com")


def test_without_a_proxy_nothing_is_added() -> None:
    assert direct_to_loopback({"STAGE": "dev", "HTTP_PROXY": ""}) == {
        "STAGE": "dev",
        "HTTP_PROXY": "",
    }

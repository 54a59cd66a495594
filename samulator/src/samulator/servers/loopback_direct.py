"""Keeps the user's proxy out of the way between programs of this machine."""

from collections.abc import Mapping

_PROXIES = frozenset(("http_proxy", "https_proxy", "all_proxy"))
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


def direct_to_loopback(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the environment; where it names a proxy, no_proxy excepts this machine's servers.

    Both spellings are set: some programs read the one, some the other.
    """
    if not any(name.lower() in _PROXIES and value for name, value in environment.items()):
        return dict(environment)
    given = environment.get("no_proxy") or environment.get("NO_PROXY") or ""
    hosts = [host.strip() for host in given.split(",") if host.strip()]
    # A list of "*" alone excepts everything, and loses that meaning beside others.
    if hosts != ["*"]:
        hosts += [host for host in _LOOPBACK if host not in hosts]
    return {**environment, **dict.fromkeys(("no_proxy", "NO_PROXY"), ",".join(hosts))}

"""Tells this machine's own callers from web pages of others that reach loopback ports.

A browser sends simple cross-origin requests to any address without asking it first, and a page
whose name is re-bound to 127.0.0.1 may even read the answers.
"""

import ipaddress
import socket
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

# Reserved for private use by RFC 6761 and by ICANN: nobody can register a name below them.
_PRIVATE_SUFFIXES = (".internal", ".localhost", ".test")
# None of these is part of a host and port; parsers disagree on what they mean there.
_NOT_IN_A_HOST = frozenset("@/\\?#,; \t")


def is_local_host(host: str) -> bool:
    """Whether a Host header names an address, or a name that public DNS cannot re-bind to us."""
    name = _name(host)
    return name is not None and (
        "." not in name or name.endswith(_PRIVATE_SUFFIXES) or _address(name) is not None
    )


def is_local_origin(origin: str) -> bool:
    """Whether an Origin header is that of a page which this machine serves."""
    scheme, separator, host = origin.partition("://")
    name = _name(host) if separator and scheme in ("http", "https") else None
    if not name:
        return False
    if (address := _address(name)) is not None:
        return address.is_loopback or address.is_unspecified
    return name in ("localhost", socket.gethostname().lower()) or name.endswith(_PRIVATE_SUFFIXES)


@dataclass(frozen=True)
class OriginPolicy:
    """Who may call one port.

    `host` is the only Host taken, None for every name of this machine. `allows_origin` decides
    on pages by their origin; programs send none. `links` lets pages of others link to the port,
    so that a browser shows an answer without giving it to them. `browsers` is whether any
    browser has business here.
    """

    host: str | None = None
    allows_origin: Callable[[str], bool] = is_local_origin
    links: bool = False
    browsers: bool = True

    def refusal(self, headers: Iterable[tuple[str, str]], target: str = "/") -> str | None:
        """Why a request with these headers is refused, None when it is taken.

        `target` is the request line's: it may name a host too, as it does for proxies.
        """
        values: dict[str, list[str]] = {}
        for name, value in (*_host_of(target), *headers):
            values.setdefault(name.lower(), []).append(value)
        for host in values.get("host", []):
            if host != self.host if self.host is not None else not is_local_host(host):
                return f"Host {host} is not a name of this machine"
        if not self.browsers and values.keys() & {"origin", "sec-fetch-site"}:
            return "no browser has access"
        page = self._foreign_page(values)
        return None if page is None else f"web pages of {page} have no access"

    def _foreign_page(self, values: dict[str, list[str]]) -> str | None:
        if origins := values.get("origin"):
            return next((one for one in origins if not self.allows_origin(one)), None)
        # A page's images, frames and links carry no Origin, but where they come from.
        if "cross-site" not in values.get("sec-fetch-site", []):
            return None
        if self.links and values.get("sec-fetch-mode") == ["navigate"]:
            return None
        pages = [_origin_of(referer) for referer in values.get("referer", ["another site"])]
        return next((one for one in pages if not self.allows_origin(one)), None)


def _host_of(target: str) -> list[tuple[str, str]]:
    if target.startswith("/"):
        return []
    try:
        host = urlsplit(target).netloc
    except ValueError:
        host = target
    return [("host", host)] if host else []


def _origin_of(url: str) -> str:
    scheme, separator, rest = url.partition("://")
    return f"{scheme}{separator}{rest.partition('/')[0]}"


def _name(host: str) -> str | None:
    """The name in `name:port`, None where there is no telling."""
    if _NOT_IN_A_HOST.intersection(host):
        return None
    try:
        name = urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return None
    return name.removesuffix(".")


def _address(name: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(name)
    except ValueError:
        return None

"""Tells this machine's own callers from web pages of others that reach loopback ports.

A browser sends simple cross-origin requests to any address without asking it first, and a page
whose name is re-bound to 127.0.0.1 may even read the answers.
"""

import ipaddress
from urllib.parse import urlsplit

# Reserved for private use by RFC 6761 and by ICANN: nobody can register a name below them.
_PRIVATE_SUFFIXES = (".internal", ".localhost", ".test")


def is_local_host(host: str) -> bool:
    """Whether a Host header names an address, or a name that public DNS cannot re-bind to us."""
    try:
        name = urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return False
    name = name.removesuffix(".")
    return "." not in name or name.endswith(_PRIVATE_SUFFIXES) or _is_address(name)


def is_foreign_origin(origin: str | None) -> bool:
    """Whether an Origin header is that of another's web page; programs send none."""
    if origin is None:
        return False
    scheme, separator, host = origin.partition("://")
    return not (separator and scheme in ("http", "https") and is_local_host(host))


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True

"""Keeps a worker away from AWS itself, whatever client, endpoint or profile its code names.

Part of a worker's first code, so the standard library alone. What resolves names without Python,
a program that the function starts or a library in C++, is not seen here: those find the local
services by AWS_ENDPOINT_URL.
"""

import errno
import os
import sys

# A function may reach AWS where this variable says so, in the words of a truth value.
ALLOWED = "SAMULATOR_ALLOW_AWS"
_HOSTS = (".amazonaws.com", ".amazonaws.com.cn", ".amazonaws.eu", ".api.aws", ".on.aws")
# Credentials and facts of a machine of EC2 or ECS; Lambda has neither.
_METADATA = ("169.254.169.254", "169.254.170.2", "169.254.170.23", "fd00:ec2::254", "fd00:ec2::23")
_NAMES_A_HOST = frozenset(
    ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto")
)


class AwsRefused(RuntimeError):
    """A host of AWS was asked for. No OSError, for libraries try those again and hide the text."""


def aws_is_allowed() -> bool:
    """Whether the environment permits AWS."""
    return os.environ.get(ALLOWED, "").lower() in ("1", "true", "yes")


def refuse_aws() -> None:
    """Install the guard for the rest of this process."""
    sys.addaudithook(_refuse)


def _refuse(event: str, arguments: tuple) -> None:  # type: ignore[type-arg]
    """Raise AwsRefused; OSError for the metadata service, which clients try and do without."""
    if event not in _NAMES_A_HOST:
        return
    host = _host(event, arguments)
    if host in _METADATA:
        raise OSError(errno.ENETUNREACH, f"no metadata service runs on this machine ({host})")
    if is_of_aws(host):
        endpoint = os.environ.get("AWS_ENDPOINT_URL", "")
        raise AwsRefused(
            f"{host} is AWS itself, which no function reaches from this machine unless "
            "`samulator up --allow-aws` or allow_aws = true in local.toml permits it; a client "
            f"that names no endpoint gets {endpoint}{_api_instead(host)}{_keys_instead(host)}"
        )


def _api_instead(host: str) -> str:
    """Where the @connections of a WebSocket API are for clients that are no boto3."""
    address, *apis = os.environ.get("SAMULATOR_EXECUTE_API", "").split(" ")
    api = host.partition(".execute-api.")[0].lower()
    if api not in apis:
        return ""
    return f"; boto3 finds this API's @connections, others at {address}/execute-api/{api}/STAGE"


def _keys_instead(host: str) -> str:
    """Where a user pool's keys are for clients that `user_pools.py` does not know."""
    if not host.lower().startswith("cognito-idp."):
        return ""
    endpoint = os.environ.get("AWS_ENDPOINT_URL", "")
    return (
        f"; urllib, requests, httpx and aiohttp find a user pool's keys, others at "
        f"{endpoint}/POOL_ID/.well-known/jwks.json"
    )


def is_of_aws(host: str) -> bool:
    """Whether a host's name is one of AWS's own."""
    return host.lower().rstrip(".").endswith(_HOSTS)


def _host(event: str, arguments: tuple) -> str:  # type: ignore[type-arg]
    """The host that an event of Python's audit names; empty for other addresses than the net's."""
    if event in ("socket.connect", "socket.sendto"):
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) and address else ""
    else:
        host = arguments[0]
    if isinstance(host, (bytes, bytearray)):
        return bytes(host).decode("latin-1")
    return host if isinstance(host, str) else ""

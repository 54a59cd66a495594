"""Chooses the endpoint of each client of boto3 that a process makes.

Part of a worker's first code, so the standard library alone.
"""

import functools
from collections.abc import Callable
from types import ModuleType

# Of the arguments behind the name of the service: endpoint_url is the fifth in every release.
_ENDPOINT = 4


def choose_endpoints(sessions: ModuleType, chosen: "Callable[[object], object]") -> None:
    """Have `botocore.session` make clients of the endpoint `chosen` for what code gave, or None."""
    create_client = sessions.Session.create_client

    @functools.wraps(create_client)
    def led(self: object, service: str, *arguments: object, **keywords: object) -> object:
        if len(arguments) > _ENDPOINT:
            before, (given, *behind) = arguments[:_ENDPOINT], arguments[_ENDPOINT:]
            arguments = (*before, chosen(given), *behind)
        else:
            keywords["endpoint_url"] = chosen(keywords.get("endpoint_url"))
        return create_client(self, service, *arguments, **keywords)

    sessions.Session.create_client = led

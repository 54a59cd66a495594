"""How the stack tells the process of AWS's services to make more than it was started with."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from samulator.template.model import Resource

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

# No bucket has such a name.
PATH = "/_samulator/resources"


def is_declaration(environ: "WSGIEnvironment") -> bool:
    """Whether a request is the stack's, for more resources."""
    return (environ["REQUEST_METHOD"], environ["PATH_INFO"]) == ("POST", PATH)


def write_declaration(resources: Sequence[Resource]) -> bytes:
    """Return the body of such a request."""
    # YAML reads a policy's Version as a date.
    return json.dumps([asdict(resource) for resource in resources], default=str).encode()


def read_declaration(body: bytes) -> list[Resource]:
    """Return what a request declares."""
    return [Resource(**each) for each in json.loads(body)]

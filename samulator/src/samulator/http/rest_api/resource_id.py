"""Ids of a REST API's resources."""

import hashlib
from functools import cache


@cache
def resource_id(path: str) -> str:
    """Return an id as API Gateway's, the same for a path at every start."""
    return hashlib.sha256(path.encode()).hexdigest()[:6]

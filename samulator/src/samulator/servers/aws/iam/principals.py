"""Policies of buckets, queues and topics: whom their statements are about."""

from collections.abc import Mapping
from typing import Any

from samulator.servers.aws.iam.verdict import Policy, statements_of
from samulator.servers.aws.iam.wildcards import fits
from samulator.template.model import Value

ANYBODY: tuple[str, ...] = ()


def about(policy: Policy, principals: tuple[str, ...]) -> Policy:
    """Return the statements about somebody whom one of `principals` names.

    Those are the ARNs of a session, its role and its account; none for somebody unknown.
    """
    return {"Statement": [each for each in statements_of([policy]) if _is_about(each, principals)]}


def _is_about(statement: Mapping[str, Any], principals: tuple[str, ...]) -> bool:
    if "NotPrincipal" in statement:
        return not _names(statement["NotPrincipal"], principals)
    return _names(statement.get("Principal"), principals)


def _names(principal: Value, principals: tuple[str, ...]) -> bool:
    if principal == "*":
        return True
    if not isinstance(principal, Mapping):
        return False
    named = principal.get("AWS", [])
    for each in [named] if isinstance(named, str) else named:
        arn = f"arn:aws:iam::{each}:root" if str(each).isdigit() else str(each)
        if arn == "*" or any(fits(arn, mine) for mine in principals):
            return True
    return False

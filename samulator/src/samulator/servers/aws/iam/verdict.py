"""What the policies of a role say to a call.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from enum import Enum
from typing import Any

from samulator.servers.aws.iam.call import Call
from samulator.servers.aws.iam.conditions import holds
from samulator.servers.aws.iam.wildcards import fits
from samulator.template.model import Value

Policy = Mapping[str, Any]
_VARIABLE = re.compile(r"\$\{([^},]+)(?:,\s*'([^']*)')?\}")


class Verdict(Enum):
    """An explicit Deny wins over everything; what nothing allows is denied too."""

    ALLOWED = "allowed"
    DENIED = "denied"
    NOT_ALLOWED = "not allowed"


def judge(call: Call, policies: Iterable[Policy]) -> Verdict:
    """Raises ValueError where a statement cannot be understood."""
    verdict = Verdict.NOT_ALLOWED
    for statement in statements_of(policies):
        allows = statement["Effect"] == "Allow"
        if not _concerns(statement, call, benefit_of_doubt=allows):
            continue
        if not allows:
            return Verdict.DENIED
        verdict = Verdict.ALLOWED
    return verdict


def statements_of(policies: Iterable[Policy]) -> Iterator[Mapping[str, Any]]:
    """Yield all; a policy may hold one without a list."""
    for policy in policies:
        statements = policy.get("Statement") or []
        yield from [statements] if isinstance(statements, Mapping) else statements


def _concerns(statement: Mapping[str, Any], call: Call, *, benefit_of_doubt: bool) -> bool:
    """What this machine cannot tell, a resource or the value of a key, is doubt."""
    return (
        _names_action(statement, call)
        and _names_resource(statement, call, benefit_of_doubt=benefit_of_doubt)
        and holds(statement.get("Condition") or {}, call.context, unknown=benefit_of_doubt)
    )


def _names_action(statement: Mapping[str, Any], call: Call) -> bool:
    if "NotAction" in statement:
        return not _any_action(statement["NotAction"], call)
    return _any_action(statement.get("Action") or [], call)


def _any_action(patterns: Value, call: Call) -> bool:
    return any(fits(pattern, call.action, ignore_case=True) for pattern in _listed(patterns))


def _names_resource(statement: Mapping[str, Any], call: Call, *, benefit_of_doubt: bool) -> bool:
    if "NotResource" in statement:
        return not _any_resource(statement["NotResource"], call, doubt=not benefit_of_doubt)
    # A policy of a resource may leave out which.
    return _any_resource(statement.get("Resource", "*"), call, doubt=benefit_of_doubt)


def _any_resource(patterns: Value, call: Call, *, doubt: bool) -> bool:
    if call.resource is None:
        return doubt or "*" in _listed(patterns)
    return any(fits(_filled(pattern, call), call.resource) for pattern in _listed(patterns))


def _filled(pattern: str, call: Call) -> str:
    """A resource with its ${policy:variables} in place; one without a value fits nothing."""

    def value(match: re.Match[str]) -> str:
        if match[1] in ("*", "?", "$"):
            return match[1]
        found = call.context.get(match[1].lower())
        return found[0] if found else match[2] or "\0"

    return _VARIABLE.sub(value, pattern)


def _listed(value: Value) -> list[str]:
    return [str(each) for each in value] if isinstance(value, list) else [str(value)]

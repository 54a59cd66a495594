"""Custom resources: which functions of the template make them, and what has to wait for those."""

import re
from collections.abc import Collection, Iterable, Iterator

from samulator.template.functions import FUNCTION, NoFunction, find_function
from samulator.template.model import Application, Resource


def makers(application: Application) -> dict[str, str]:
    """Return the functions of the custom resources that are made here, by logical ids.

    They come in the order in which they can be made.
    """
    found = {}
    for resource in application.resources.values():
        if resource.is_custom and why_not_made(resource, application) is None:
            token = resource.properties.get("ServiceToken")
            found[resource.logical_id] = find_function(token, application.functions)
    return found


def why_not_made(resource: Resource, application: Application) -> str | None:
    """Return why nobody makes a custom resource here, None where a function does."""
    if resource.logical_id in application.idle:
        return application.idle[resource.logical_id]
    token = resource.properties.get("ServiceToken")
    if token is None:
        return "it has no ServiceToken"
    try:
        function = find_function(token, application.functions)
    except NoFunction as error:
        for other in application.resources.values():
            if (other.type, other.name) == (FUNCTION, error.name):
                idle = application.idle.get(other.logical_id, "")
                return f"its function {other.logical_id} does not run here: {idle}"
        return f"its ServiceToken {error}"
    if function in application.idle:
        return f"its function {function} does not run here"
    return None


def answer_to_come(name: str, attribute: str) -> str:
    """Return what stands for an attribute of a custom resource until its function answers.

    Names are made of it, and those of buckets and queues take no more than this.
    """
    return re.sub(r"[^a-z0-9]+", "-", f"{name}-{attribute}".lower()).strip("-")


def waiting(application: Application) -> frozenset[str]:
    """Return the logical ids of what can be made only when custom resources are there."""
    late = {*makers(application)}
    for resource in application.resources.values():
        if not late.isdisjoint(resource.depends_on):
            late.add(resource.logical_id)
    return frozenset(late)


def without_guesses(lines: Iterable[str], unanswered: Collection[str]) -> Iterator[str]:
    """Yield the lines on values that are no names of custom resources, which stand for others."""
    names = "|".join(re.escape(name) for name in unanswered)
    guesses = "|".join(re.escape(answer_to_come(name, "")) for name in unanswered)
    guessed = re.compile(rf"\b(?:{names})\b|\b(?:{guesses})-")
    for line in lines:
        _place, _, said = line.partition(": ")
        if not unanswered or not guessed.search(said):
            yield line

"""Whether a definition leads somewhere: to states that there are, to each of them, and to an end.

https://docs.aws.amazon.com/step-functions/latest/apireference/API_ValidateStateMachineDefinitionDiagnostic.html
Pure: the service refuses by it, and `check` tells it without a server.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from samulator.template.nearest import nearest

_MISSING_TARGET = "MISSING_TRANSITION_TARGET"
_ENDS = ("Succeed", "Fail")
_NAMED = 5


@dataclass(frozen=True)
class Diagnostic:
    """One reason to refuse a definition, in AWS's words; `remedy` is ours."""

    code: str
    message: str
    location: str
    remedy: str


def refusal(definition: str) -> str | None:
    """Why AWS refuses a definition, for people; None where its states lead somewhere."""
    told = [f"{each.message} at {each.location}; {each.remedy}" for each in _of(definition)]
    more = f" (and {len(told) - 1} more)" if len(told) > 1 else ""
    return f"AWS refuses its definition: {told[0]}{more}" if told else None


def invalid_definition(definition: str) -> str | None:
    """The message of InvalidDefinition; None where nothing is wrong."""
    told = [f"{each.code}: {each.message} at {each.location}" for each in _of(definition)]
    return f"Invalid State Machine Definition: '{', '.join(told)}'" if told else None


def _of(definition: str) -> list[Diagnostic]:
    """What is no machine at all is for the parser to refuse."""
    try:
        machine = json.loads(definition)
    except ValueError:
        return []
    return [*_of_states(machine, "")] if isinstance(machine, dict) else []


def _of_states(machine: Mapping[str, Any], place: str) -> Iterator[Diagnostic]:
    """Those of a machine, a branch or a processor: each has states of its own."""
    named = _mapping(machine.get("States"))
    states = {name: state for name, state in named.items() if isinstance(state, dict)}
    transitions = [*_transitions(machine, states, place)]
    for location, target in transitions:
        if target not in states:
            message = f"Missing 'Next' target: {target}"
            yield Diagnostic(_MISSING_TARGET, message, location, _instead(target, states))
    yield from _ends(states, {target for _, target in transitions}, place)
    for name, state in states.items():
        for inner, location in _inner(state, f"{place}/States/{name}"):
            yield from _of_states(inner, location)


def _ends(
    states: Mapping[str, Mapping[str, Any]], targets: set[str], place: str
) -> Iterator[Diagnostic]:
    if not states:
        return
    open_ended = [name for name, state in states.items() if not _has_way_on(state)]
    for name in open_ended:
        message = "One of these fields is required: [Next, End]"
        remedy = "give the state a Next, or End: true"
        yield Diagnostic("SCHEMA_VALIDATION_FAILED", message, f"{place}/States/{name}", remedy)
    # Of the whole machine, and then of nothing that is not reached.
    if not (place or open_ended or any(map(_is_end, states.values()))):
        remedy = "give its last state End: true"
        yield Diagnostic("MISSING_END_STATE", "Workflow has no terminal state", "null", remedy)
        return
    for name in states:
        if name not in targets:
            message = f'State "{name}" is not reachable.'
            remedy = "name it as the Next of another, or remove it"
            yield Diagnostic(_MISSING_TARGET, message, f"{place}/States/{name}", remedy)


def _transitions(
    machine: Mapping[str, Any], states: Mapping[str, Mapping[str, Any]], place: str
) -> Iterator[tuple[str, str]]:
    named = [(f"{place}/StartAt", machine.get("StartAt"))]
    for name, state in states.items():
        at = f"{place}/States/{name}"
        named += [(f"{at}/{field}", state.get(field)) for field in ("Next", "Default")]
        for field in ("Choices", "Catch"):
            for index, rule in enumerate(_mappings(state.get(field))):
                named.append((f"{at}/{field}[{index}]/Next", rule.get("Next")))
    for location, target in named:
        if isinstance(target, str):
            yield location, target


def _has_way_on(state: Mapping[str, Any]) -> bool:
    return state.get("Type") == "Choice" or "Next" in state or _is_end(state)


def _is_end(state: Mapping[str, Any]) -> bool:
    return state.get("End") is True or state.get("Type") in _ENDS


def _inner(state: Mapping[str, Any], place: str) -> Iterator[tuple[Mapping[str, Any], str]]:
    for index, branch in enumerate(_mappings(state.get("Branches"))):
        yield branch, f"{place}/Branches[{index}]"
    for field in ("ItemProcessor", "Iterator"):
        yield _mapping(state.get(field)), f"{place}/{field}"


def _instead(target: str, states: Mapping[str, Any]) -> str:
    if near := nearest(target, states):
        return f"did you mean {near}?"
    named = ", ".join([*states][:_NAMED])
    return f"the states there are {named}{', …' if len(states) > _NAMED else ''}"


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _mappings(value: object) -> list[Mapping[str, Any]]:
    return [_mapping(each) for each in value] if isinstance(value, list) else []

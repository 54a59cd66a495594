"""Writes the table of effects: as text, as JSON, and as the few lines that `up` ends with."""

import json
from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import attrgetter

from samulator.called import command
from samulator.control.effects import RESOURCES, ROUTES, Effect
from samulator.control.resource_types import mistaken_type

_SECTIONS = {
    "functions": "Functions",
    "routes": "Routes",
    "triggers": "Triggers",
    "resources": "Resources",
}
# So many names are shown of a type, and columns are no wider.
_NAMED = 3
_WIDEST = 60
# What a start lists, and how many lines of it at most.
_CALLING = ("routes", "triggers")
_LISTED = 12
_STACK = "AWS::CloudFormation::Stack"
# A line says why one is not there, where it should have been made.
_TOLD_WHEN_MADE = ("AWS::StepFunctions::StateMachine",)
_KIND = attrgetter("type")


def as_text(effects: Sequence[Effect], warnings: Sequence[str]) -> str:
    """Return a section per kind, what does nothing after them, and the warnings."""
    lines: list[str] = []
    for section, title in _SECTIONS.items():
        working = [each for each in effects if each.section == section and each.works]
        if working:
            by_effect = section == RESOURCES
            lines += [title, *(_by_effect(working) if by_effect else _one_by_one(working)), ""]
    idle = [each for each in effects if not each.works]
    if idle:
        lines += ["Does nothing here", *_by_effect(idle), ""]
    if warnings:
        lines += ["Warnings", *(f"  {warning}" for warning in warnings), ""]
    working_count = len(effects) - len(idle)
    return "\n".join([*lines, f"{working_count} of {len(effects)} have an effect here."])


def as_json(template: str, effects: Sequence[Effect], warnings: Sequence[str]) -> str:
    """Return one object: `template`, `effects` with a row each, `warnings`."""
    rows = [
        {
            "section": each.section,
            "name": each.name,
            "type": each.type,
            "works": each.works,
            "does": each.does,
        }
        for each in effects
    ]
    return json.dumps({"template": template, "effects": rows, "warnings": list(warnings)}, indent=2)


def idle_lines(effects: Sequence[Effect], warnings: Sequence[str]) -> Iterator[str]:
    """Yield what a start says: a line for each door and trigger that does nothing and that no
    warning names yet, for each resource of a mistaken type, and one line for all others.
    """
    idle = [each for each in effects if not each.works and each.behind is None]
    for each in idle:
        if (_has_line(each) or each.type == _STACK) and not _is_said(each, warnings):
            yield f"{each.name}: {each.does}"
    uncounted = [each for each in idle if not _has_line(each) and each.type not in _TOLD_WHEN_MADE]
    services = sorted("::".join(each.type.split("::")[:2]) for each in uncounted)
    counted = [f"{service} ({len([*same])})" for service, same in groupby(services)]
    if counted:
        yield f"Without effect here: {', '.join(counted)}; {command('check')} says why"


def calling_lines(effects: Sequence[Effect]) -> Iterator[str]:
    """Yield what a start ends with: each route and trigger that calls something, but no more of
    them than fit on a screen beside the rest.
    """
    calling = [each for each in effects if each.section in _CALLING and each.works]
    if calling:
        yield from _one_by_one(calling[:_LISTED])
    if len(calling) > _LISTED:
        yield f"  and {len(calling) - _LISTED} more routes and triggers: {command('check')}"


def _has_line(effect: Effect) -> bool:
    """Whether a start names it, rather than count it by its service."""
    return effect.section != RESOURCES or mistaken_type(effect.type) is not None


def _is_said(effect: Effect, warnings: Sequence[str]) -> bool:
    """Whether a warning is about it: at its place, or on its route."""
    route = effect.name.partition(" (")[0]
    return any(
        warning.startswith((f"{effect.name}:", f"{effect.name}."))
        or (effect.section == ROUTES and f": {route} " in warning)
        for warning in warnings
    )


def _one_by_one(effects: Sequence[Effect]) -> Iterator[str]:
    return _aligned([(each.name, each.does) for each in effects], indent=2)


def _by_effect(effects: Sequence[Effect]) -> Iterator[str]:
    """All of which the same is to say, by their types."""
    same = attrgetter("does")
    for does, group in groupby(sorted(effects, key=same), key=same):
        yield f"  {does}"
        rows = []
        for kind, of_kind in groupby(sorted(group, key=_KIND), key=_KIND):
            names = [each.name for each in of_kind]
            more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
            rows.append((kind, f"{', '.join(names[:_NAMED])}{more}"))
        yield from _aligned(rows, indent=4)


def _aligned(rows: Sequence[tuple[str, str]], *, indent: int) -> Iterator[str]:
    width = min(max(len(name) for name, _ in rows), _WIDEST)
    return (f"{' ' * indent}{name:<{width}}  {text}" for name, text in rows)

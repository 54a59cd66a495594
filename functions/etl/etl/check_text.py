"""A check in words, for a terminal."""

import json
from collections.abc import Container, Iterator
from pathlib import Path

from etl.check import Check
from etl.report.advice import Advice, Choice, Effect, RefusedValue
from etl.report.lost_orders import lost_orders_told
from etl.source.description import FILE_NAME


def check_text(found: Check, place: Path) -> str:
    """Counts, refused values, and the description that would keep more rows, ready to copy.

    `place` is where the file's description is looked for.
    """
    return "\n".join(_lines(found, place)) + "\n"


def _lines(found: Check, place: Path) -> Iterator[str]:
    if found.description:
        yield f"Read as {place} says."
    if found.refusal:
        yield f"{found.key} would be refused ({found.refusal.reason}): {found.refusal.message}"
    else:
        yield f"{found.rows_in or 0:>14,}  rows in"
        yield f"{found.rows_out or 0:>14,}  rows out"
        yield from (f"  {count:>12,}  {reason}" for reason, count in found.reasons.items())
        if found.lost_orders:
            yield lost_orders_told(found.lost_orders)
        yield from _verdict(found)
    if found.advice:
        warned_of = {warning.code for warning in found.warnings}
        yield from _advice(found.advice, place, warned_of)


def _verdict(found: Check) -> Iterator[str]:
    """What a run would say of it."""
    if found.warnings:
        yield "\nIt would be warned of:"
        yield from (f"  {warning.message}" for warning in found.warnings)
    elif not found.rows_in:
        yield "\nThe file has a header and no row below it."


def _advice(advice: Advice, place: Path, warned_of: Container[str]) -> Iterator[str]:
    """Without the notices that the verdict has told already."""
    for reason, values in advice.refused.items():
        yield f"\n{reason}:"
        yield from (line for value in values for line in _refused(value))
    for notice in advice.notices:
        if notice.kind in warned_of:
            continue
        yield f"\n{notice.message} {', '.join(notice.examples)}".rstrip()
    if advice.suggestion:
        yield f"\nThis {FILE_NAME} {_effect(advice.suggestion.effect, advice)}:"
        yield from (f"  {change.field}: {change.because}" for change in advice.suggestion.changes)
        yield json.dumps(advice.suggestion.description, indent=2, ensure_ascii=False)
        yield f"Save it as {place}; it counts for every file of that folder."
    for choice in advice.choices:
        yield from _choice(choice, advice)
    if advice.rows and not advice.has_something_to_say:
        yield "\nNo description was found that would keep more rows."
        if "duplicate_differs" in advice.refused:
            yield (
                "Rows under an id that was there before are repeats: `key` in a description says "
                "which columns make a row one of its own."
            )


def _refused(value: RefusedValue) -> Iterator[str]:
    """How often, what and where first; without a value to blame the first rows, one by one."""
    shown = [json.dumps(text, ensure_ascii=False) for text in value.shown]
    if len(shown) == 1:
        lines = ", ".join(f"{line:,}" for line in value.lines)
        yield f"  {value.count:>12,}  {shown[0]}  line {lines}"
        return
    yield f"  {value.count:>12,}  rows, of which the first are"
    yield from (
        f"  {'':>12}  {text}  line {line:,}" for text, line in zip(shown, value.lines, strict=True)
    )


def _choice(choice: Choice, advice: Advice) -> Iterator[str]:
    yield f"\n{choice.question}"
    for option in choice.options:
        yield f"  {option.meaning}: {_effect(option.effect, advice)}"
        yield f"    {json.dumps(option.description, ensure_ascii=False)}"


def _effect(effect: Effect, advice: Advice) -> str:
    of = "rows of the file" if advice.is_complete else "rows looked at"
    changed = f" and reads {effect.changed_values:,} kept values anew" * bool(effect.changed_values)
    left = effect.rows - effect.kept_then
    still = f"; {left:,} would still be dropped" * bool(left)
    return (
        f"would keep {effect.kept_then:,} of the {effect.rows:,} {of} (now {effect.kept_now:,})"
        f"{changed}{still}"
    )

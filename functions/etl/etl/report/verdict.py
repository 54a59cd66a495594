"""Whether a cleaned file deserves a second look: what it lost, what changed since the run before.

docs/etl.md lists the warnings; their limits are settings. Runs, checks and the command line take
status and exit code from here alone.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from etl.report.advice import WARNED_OF, Advice
from etl.report.model import SUCCEEDED, WARNED, Findings, PreviousRun, RunWarning, Sums

# A repeat that is the same throughout takes nothing along.
_NO_LOSS = "duplicate_exact"
_EXIT_CODES: Final = {SUCCEEDED: 0, WARNED: 3}
_NOT_CLEANED: Final = 2


@dataclass(frozen=True, slots=True)
class Limits:
    """Shares are of 1. What is above a limit is warned of, what is at it is not.

    A run is compared with the one before only if both had `least_rows` rows: of a few rows each
    one is a large share. One without any row is compared, too.
    """

    lost_share: float = 0.2
    reason_share: float = 0.1
    column_changes: int = 0
    row_drift: float = 0.5
    mean_drift: float = 0.5
    least_rows: int = 100


def warnings_of(
    findings: Findings,
    limits: Limits,
    previous: PreviousRun | None = None,
    *,
    description_key: str | None = None,
    advice: Advice | None = None,
) -> list[RunWarning]:
    """What is to be said of a finished run, the gravest first; empty for a good one.

    What was lost names the description that the file was read by. Of the advice it is what makes
    the rows that were kept too many or too few.
    """
    read = f", read as {description_key} says" if description_key else ""
    found = [*_losses(findings, limits, read)]
    for notice in advice.notices if advice else ():
        if notice.kind in WARNED_OF:
            examples = f" ({', '.join(notice.examples)})" if notice.examples else ""
            found.append(RunWarning(code=notice.kind, message=f"{notice.message}{examples}"))
    if previous is not None:
        found += _changed_columns(findings, limits, previous)
        fewest = min(findings.rows_in or previous.rows_in, previous.rows_in)
        if fewest >= limits.least_rows:
            found += _drift(findings, limits, previous)
    return found


def status_of(warnings: Sequence[RunWarning]) -> str:
    """`warned` if there is a warning, else `succeeded`."""
    return WARNED if warnings else SUCCEEDED


def exit_code_of(status: str) -> int:
    """Of a command line: 0 cleaned, 3 cleaned and warned of, 2 whatever is not cleaned."""
    return _EXIT_CODES.get(status, _NOT_CLEANED)


def _losses(findings: Findings, limits: Limits, read: str) -> Iterator[RunWarning]:
    rows_in = findings.rows_in
    if not rows_in:
        return
    lost = findings.rejected + sum(
        count
        for reason, count in findings.reasons.items()
        if reason.startswith("duplicate_") and reason != _NO_LOSS
    )
    if findings.is_empty:
        yield RunWarning(
            code="no_row_left", message=f"None of the {rows_in:,} rows was kept{read}."
        )
    elif lost > limits.lost_share * rows_in:
        message = f"{_part(lost, rows_in)} were lost, more than {limits.lost_share:.0%}{read}."
        yield RunWarning(
            code="rows_lost", message=message, share=_share(lost, rows_in), limit=limits.lost_share
        )
    for reason, count in sorted(findings.reasons.items(), key=lambda item: -item[1]):
        if count > limits.reason_share * rows_in:
            yield RunWarning(
                code="reason_share",
                message=f"{_part(count, rows_in)} were dropped for one reason: {reason}{read}.",
                share=_share(count, rows_in),
                limit=limits.reason_share,
                reason=reason,
            )


def _changed_columns(
    findings: Findings, limits: Limits, previous: PreviousRun
) -> Iterator[RunWarning]:
    now, before = set(findings.reading.columns), set(previous.columns)
    came, went = sorted(now - before), sorted(before - now)
    if len(came) + len(went) > limits.column_changes:
        parts = [_named("came", came), _named("went", went)]
        yield RunWarning(
            code="columns_changed",
            message=f"Since the run before {' and '.join(filter(None, parts))}.",
            limit=limits.column_changes,
            came=came,
            went=went,
        )


def _named(verb: str, names: Sequence[str]) -> str:
    shown = ", ".join(names[:5]) + (", ..." if len(names) > 5 else "")
    return f"{len(names)} column{'s' * (len(names) > 1)} {verb} ({shown})" if names else ""


def _drift(findings: Findings, limits: Limits, previous: PreviousRun) -> Iterator[RunWarning]:
    drift = _change(previous.rows_in, findings.rows_in)
    if drift > limits.row_drift:
        yield RunWarning(
            code="row_drift",
            message=f"{findings.rows_in:,} rows came in, {previous.rows_in:,} in the run before.",
            share=round(drift, 4),
            limit=limits.row_drift,
        )
    if not findings.rows_out or not previous.rows_out:
        return
    for name in Sums.model_fields:
        sums = getattr(previous.sums, name), getattr(findings.sums, name)
        if None in sums:
            continue
        before, now = sums[0] / previous.rows_out, sums[1] / findings.rows_out
        drift = _change(before, now)
        if drift > limits.mean_drift:
            yield RunWarning(
                code="mean_drift",
                message=f"The mean {name} of a row is {now:,.2f}, {before:,.2f} in the run before.",
                share=round(drift, 4),
                limit=limits.mean_drift,
                column=name,
            )


def _change(before: float, now: float) -> float:
    """How much of `before` it changed by; from nothing nothing can be said."""
    return abs(now - before) / abs(before) if before else 0.0


def _share(part: int, whole: int) -> float:
    return round(part / whole, 4)


def _part(part: int, whole: int) -> str:
    return f"{part:,} of {whole:,} rows ({part / whole:.1%})"

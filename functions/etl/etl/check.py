"""What would become of a file, with nothing written: verdict, counts, refused values, advice."""

from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from etl.advice.unfailing import advice_on_refusal, advice_on_run
from etl.clean import Progress, survey
from etl.errors import Refused
from etl.report.advice import Advice
from etl.report.model import REFUSED, Refusal, RunWarning
from etl.report.verdict import Limits, status_of, warnings_of
from etl.source.description import Description
from etl.source.file import Source

_STANDARD = Limits()


class Check(BaseModel):
    """The answer to a check. `is_complete`: the whole file was looked at, not its first bytes.

    `status` is that of a run of these rows with no run before it, and `warnings` are its.
    `description` is the one in force, `description_key` where it lies and `description_etag` which
    state of it this is; None for one that was only tried, or that has no key, as on this machine.
    Counts are None for a refused file.
    """

    model_config = ConfigDict(frozen=True)

    key: str
    status: str
    is_complete: bool
    rows_in: int | None = None
    rows_out: int | None = None
    duplicates: int | None = None
    rejected: int | None = None
    reasons: dict[str, int] = {}
    lost_orders: int | None = None
    warnings: tuple[RunWarning, ...] = ()
    refusal: Refusal | None = None
    description: dict[str, Any] = {}
    description_key: str | None = None
    description_etag: str | None = None
    advice: Advice | None = None


def check(  # noqa: PLR0913 - a file, how it is read, and by what it is judged
    path: Path,
    description: Description,
    *,
    key: str,
    is_whole: bool = True,
    limits: Limits = _STANDARD,
    described_by: str | None = None,
    progress: Progress | None = None,
) -> Check:
    """`is_whole`: false if the file on disk is the beginning of a longer one.

    `described_by` is what warnings call the description.
    """
    source = Source(path, description)
    described = description.model_dump(mode="json", exclude_defaults=True)
    try:
        found = survey(source, progress)
    except Refused as refused:
        return Check(
            key=key,
            status=REFUSED,
            is_complete=is_whole,
            refusal=Refusal(reason=refused.reason, message=refused.message, line=refused.line),
            description=described,
            advice=_of_part(advice_on_refusal(source, refused), is_whole),
        )
    findings = found.findings
    advice = _of_part(advice_on_run(source, found.header, found.evidence), is_whole)
    warnings = warnings_of(findings, limits, description_key=described_by, advice=advice)
    return Check(
        key=key,
        status=status_of(warnings),
        warnings=tuple(warnings),
        is_complete=is_whole,
        rows_in=findings.rows_in,
        rows_out=findings.rows_out,
        duplicates=findings.duplicates,
        rejected=findings.rejected,
        reasons={name: count for name, count in findings.reasons.items() if count},
        lost_orders=findings.lost_orders,
        description=described,
        advice=advice,
    )


def _of_part(advice: Advice | None, is_whole: bool) -> Advice | None:
    if advice is None or is_whole:
        return advice
    return advice.model_copy(update={"is_complete": False})

"""Runs of the Spark job as the ETL's tests see them, and what a run writes."""

import hashlib
from pathlib import Path

from etl.emr.runs import EndedRun
from etl.publication.parts import held, own_folder, publish_parts
from etl.publication.place import part_names
from etl.publication.precedence import Result
from etl.publication.publish import Finished
from etl.report.model import SUCCEEDED, Output, Part, PublishedReport
from etl.report.verdict import Limits
from etl.s3.glue import SalesTable
from etl.s3.processed import Processed
from etl.sink.files import DataFile
from etl.sink.table import schema_of
from etl.source.first_lines import REQUIRED


class Runs:
    """As EMR Serverless: one run for each claim and attempt, however often it is started."""

    def __init__(self) -> None:
        self.claimed: dict[str, PublishedReport] = {}
        self.states: dict[str, str] = {}
        self.starts = 0

    def start(self, claimed: PublishedReport) -> str:
        self.starts += 1
        run_id = f"{claimed.claim_id}-{claimed.job.attempt if claimed.job else 0}"
        self.claimed[run_id] = claimed
        self.states.setdefault(run_id, "RUNNING")
        return run_id

    def is_active(self, run_id: str) -> bool:
        return self.states[run_id] == "RUNNING"

    def ended(self, run_id: str) -> EndedRun:
        claimed = self.claimed[run_id]
        details = "exit code 1"
        return EndedRun(
            run_id, self.states[run_id], details, claimed.source.key, str(claimed.claim_id)
        )


def write_parts(
    target: Processed, claimed: PublishedReport, folder: Path, count: int
) -> list[Part]:
    """What the tasks of a run put into its folder; the bytes are those of the part's number."""
    place = own_folder(target, claimed)
    parts = []
    for number in range(count):
        csv, parquet, rejected = (
            _put(target, place + name, folder, f"{number} {name}\n") for name in part_names(number)
        )
        parts.append(Part(csv=csv, parquet=parquet, rejected=rejected, rows=1, dropped=1))
    return parts


def conclude(
    target: Processed,
    claimed: PublishedReport,
    parts: list[Part],
    folder: Path,
    like: PublishedReport,
    table: SalesTable | None = None,
) -> Result:
    """What the driver of a run does at its end; its findings are those of another report."""
    report = PublishedReport.begin(SUCCEEDED, claimed.source, findings=like.findings)
    schema = schema_of(list(REQUIRED)) if table else None
    finished = Finished(report, {}, folder, 0.0, Limits(), schema, tuple(parts))
    return publish_parts(target, str(claimed.claim_id), finished, table)


def holds(target: Processed, claimed: PublishedReport) -> bool:
    return held(target, str(claimed.claim_id)) is not None


def _put(target: Processed, key: str, folder: Path, text: str) -> Output:
    path = folder / "part"
    path.write_text(text)
    digest = hashlib.sha256(text.encode()).hexdigest()
    version = target.put_part(key, DataFile(path, len(text), digest))
    return Output(key=key, bytes=len(text), sha256=digest, version_id=version)

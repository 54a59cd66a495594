"""Cleans one file on disk into three files on disk: two passes, flat memory, no S3."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from etl.report.figures import Figures
from etl.report.model import Findings, Reading
from etl.rules.judge import Rules
from etl.rules.repeats import FirstRows, KeyHashes
from etl.sink.csv_lines import DATE
from etl.sink.dropped import dropped_lines
from etl.sink.files import DataFile, LongerDatesNeeded, Outputs
from etl.sink.table import kept_rows
from etl.source.file import Source
from etl.source.header import Header
from etl.source.widths import Widths

Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Cleaned:
    """What a run found and wrote."""

    header: Header
    findings: Findings
    files: Mapping[str, DataFile]


def clean(source: Source, folder: Path, progress: Progress | None = None) -> Cleaned:
    """Write the cleaned and the dropped rows of the source into `folder`.

    Raises Refused and TooLarge; the folder may then hold unfinished files.
    """
    tell = progress or _silent
    first = _first_pass(source, source.header(), tell)
    header, rules, repeated = first.header, first.rules, first.hashes.repeated()
    date_form = DATE
    while True:
        try:
            run = _Run(source, header, rules, FirstRows(repeated))
            return run.write(Outputs(folder, header.names, date_form), tell)
        except LongerDatesNeeded as longer:
            date_form = longer.date_form


@dataclass(frozen=True, slots=True)
class _FirstPass:
    """The header that fits the rows, the rules by it, and what the keys hash to."""

    header: Header
    rules: Rules
    hashes: KeyHashes


def _first_pass(source: Source, header: Header, tell: Progress) -> _FirstPass:
    rules, hashes, widths = Rules(header, source.description), KeyHashes(), Widths()
    for columns, size in source.columns(header, rules.key, widths):
        if rules.key:
            hashes.add(rules.hash_keys(columns))
        tell(size)
    fitted = widths.fitted(header)
    if fitted is header:
        return _FirstPass(header, rules, hashes)
    return _first_pass(source, fitted, tell)


@dataclass(frozen=True, slots=True)
class _Run:
    """The second pass."""

    source: Source
    header: Header
    rules: Rules
    first_rows: FirstRows

    def write(self, outputs: Outputs, tell: Progress) -> Cleaned:
        figures = Figures()
        with outputs:
            for fields in self.source.fields(self.header):
                judged = self.rules.judge(fields, self.first_rows)
                kept = kept_rows(judged)
                figures.add(kept)
                outputs.write_kept(kept)
                dropped = dropped_lines(judged)
                if dropped is not None:
                    outputs.write_dropped(dropped)
                tell(len(fields.block.regular))
        figures.lost_orders = self.first_rows.lost_orders
        findings = figures.findings(self._reading(outputs.date_form))
        return Cleaned(self.header, findings, outputs.finished())

    def _reading(self, date_form: str) -> Reading:
        names = zip(self.header.names, self.header.source_names, strict=True)
        return Reading(
            delimiter=self.header.delimiter,
            header_line=self.header.line,
            columns=dict(names),
            description=self.source.description.model_dump(mode="json", exclude_defaults=True),
            csv_dates=date_form,
        )


def _silent(_size: int) -> None:
    """No one is watching."""

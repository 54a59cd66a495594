"""Cleans one file on disk into three files on disk: two passes, flat memory, no S3."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pyarrow as pa

from etl.columns.text import Hashes
from etl.profile.evidence import Evidence
from etl.report.figures import Figures
from etl.report.model import Findings, Part, Reading
from etl.rules.judge import Judgement, Rules
from etl.rules.repeats import Candidates, FirstRows, KeyHashes
from etl.sink.csv_lines import DATE, DATE_FORMS, date_form_of
from etl.sink.files import DataFile, LongerDatesNeeded, Outputs
from etl.sink.rows import Rows, rows_of
from etl.sink.table import Kept, kept_rows
from etl.source.fields import split, split_columns
from etl.source.file import Source
from etl.source.header import Header
from etl.source.records import Piece
from etl.source.widths import Widths
from etl.workers import Workers, processors

Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Cleaned:
    """What a run found and wrote: three files, or where many workers write, parts."""

    header: Header
    findings: Findings
    files: Mapping[str, DataFile]
    evidence: Evidence
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class Surveyed:
    """What a run would find, with nothing written."""

    header: Header
    findings: Findings
    evidence: Evidence


def clean(
    source: Source,
    folder: Path,
    progress: Progress | None = None,
    *,
    workers: int | None = None,
) -> Cleaned:
    """Write the cleaned and the dropped rows of the source into `folder`.

    The bytes are the same whatever the number of workers, which is that of the processors unless
    it is given. Raises Refused and TooLarge; the folder may then hold unfinished files.
    """
    # Arrow's own allocators keep up to 100 MB of what several threads have given back.
    pa.set_memory_pool(pa.system_memory_pool())
    tell = progress or _silent
    with Workers(workers or processors()) as crew:
        first = _FirstPass(source, crew, tell).run(source.header())
        repeated = first.hashes.repeated()
        date_form = DATE
        while True:
            try:
                run = _SecondPass(source, first.header, first.rules, FirstRows(repeated))
                outputs = Outputs(folder, first.header.names, date_form, crew.beside)
                return run.write(outputs, crew, tell)
            except LongerDatesNeeded as longer:
                date_form = longer.date_form


def survey(source: Source, progress: Progress | None = None) -> Surveyed:
    """Find what `clean` would find, and write nothing. Raises Refused and TooLarge."""
    tell = progress or _silent
    with Workers(processors()) as crew:
        first = _FirstPass(source, crew, tell).run(source.header())
        run = _SecondPass(source, first.header, first.rules, FirstRows(first.hashes.repeated()))
        return run.look(crew, tell)


def judgements(source: Source) -> tuple[Header, tuple[Judgement, ...]]:
    """The header that fits the rows of a small file, and its rows as the rules judge them.

    Raises Refused.
    """
    with Workers(1) as crew:
        first = _FirstPass(source, crew, _silent).run(source.header())
        run = _SecondPass(source, first.header, first.rules, FirstRows(first.hashes.repeated()))
        return first.header, tuple(run.decided(crew))


@dataclass(frozen=True, slots=True)
class _Keys:
    """The header that fits the rows, the rules by it, and what the keys hash to."""

    header: Header
    rules: Rules
    hashes: KeyHashes


@dataclass(frozen=True, slots=True)
class _FirstPass:
    source: Source
    crew: Workers
    tell: Progress

    def run(self, header: Header) -> _Keys:
        rules, hashes, widths = Rules(header, self.source.description), KeyHashes(), Widths()
        look = partial(look_at, header=header, rules=rules)
        for found, seen, size in self.crew.in_order(look, self.source.pieces(header)):
            if rules.key:
                hashes.add(found)
            widths.merge(seen)
            self.tell(size)
        fitted = widths.fitted(header)
        return _Keys(header, rules, hashes) if fitted is header else self.run(fitted)


def look_at(piece: Piece, header: Header, rules: Rules) -> tuple[Hashes, Widths, int]:
    """The first pass over some records: the hashes of their keys, their widths, their bytes."""
    widths = Widths()
    columns = split_columns(piece, header, rules.first_read, widths)
    return rules.hash_keys(columns), widths, piece.end


@dataclass(frozen=True, slots=True)
class _SecondPass:
    source: Source
    header: Header
    rules: Rules
    first_rows: FirstRows
    evidence: Evidence = field(default_factory=Evidence)

    def write(self, outputs: Outputs, crew: Workers, tell: Progress) -> Cleaned:
        figures = Figures()
        render = partial(rendered, date_form=outputs.date_form)
        with outputs:
            for rows, counted, size in crew.in_order(render, self._witnessed(crew)):
                outputs.write(rows)
                figures.merge(counted)
                tell(size)
        findings = self._findings(figures, outputs.date_form)
        return Cleaned(self.header, findings, outputs.finished(), self.evidence)

    def look(self, crew: Workers, tell: Progress) -> Surveyed:
        """All but the writing."""
        figures, date_form = Figures(), DATE
        for kept, counted in crew.in_order(_counted, self._witnessed(crew)):
            figures.merge(counted)
            date_form = max(date_form, date_form_of(kept.order_date), key=DATE_FORMS.index)
            tell(len(kept.judged.fields.block.regular))
        return Surveyed(self.header, self._findings(figures, date_form), self.evidence)

    def _findings(self, figures: Figures, date_form: str) -> Findings:
        figures.lost_orders = self.first_rows.lost_orders
        return figures.findings(reading_of(self.source, self.header, date_form))

    def decided(self, crew: Workers) -> Iterator[Judgement]:
        """Rule 3 goes through the file in order; what comes before and behind it need not."""
        for judged in crew.in_order(self._judge, self.source.pieces(self.header)):
            if judged is not None:
                judgement, candidates = judged
                yield judgement.without(self.first_rows.decide(candidates))

    def _witnessed(self, crew: Workers) -> Iterator[Judgement]:
        for judged in self.decided(crew):
            self.evidence.add(judged)
            yield judged

    def _judge(self, piece: Piece) -> tuple[Judgement, Candidates] | None:
        block = piece.block()
        if block is None:
            return None
        judged = self.rules.judge(split(block, self.header))
        return judged, self.rules.candidates(judged, self.first_rows)


def reading_of(source: Source, header: Header, date_form: str) -> Reading:
    """How the file was read, for the report."""
    names = zip(header.names, header.source_names, strict=True)
    return Reading(
        delimiter=header.delimiter,
        header_line=header.line,
        columns=dict(names),
        description=source.description.model_dump(mode="json", exclude_defaults=True),
        csv_dates=date_form,
    )


def rendered(judged: Judgement, date_form: str) -> tuple[Rows, Figures, int]:
    """The judged rows as the files will hold them, what they count for, and their bytes."""
    kept, figures = _counted(judged)
    return rows_of(kept, date_form), figures, len(judged.fields.block.regular)


def _counted(judged: Judgement) -> tuple[Kept, Figures]:
    kept, figures = kept_rows(judged), Figures()
    figures.add(kept)
    return kept, figures


def _silent(_size: int) -> None:
    """No one is watching."""

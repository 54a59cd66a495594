"""The steps of the Spark job, one after the other in this process."""

import pyarrow as pa

from etl.clean import Cleaned, reading_of
from etl.profile.evidence import Evidence
from etl.report.figures import Figures
from etl.sink.csv_lines import DATE_FORMS
from etl.source.file import Source
from etl.source.ranges import plan
from jobs.spark.keyed import NO_LINE, SCHEMA, keyed_rows, refusal_in
from jobs.spark.parts import Store, Writer, Written


def cleaned_in_ranges(source: Source, store: Store, count: int = 2) -> Cleaned:
    """As jobs.spark.clean does it. Raises Refused."""
    parts, date_form = written_in_ranges(source, store, count)
    figures, evidence = Figures(), Evidence()
    for part in parts:
        figures.merge(part.figures)
        evidence.merge(part.evidence)
    findings = figures.findings(reading_of(source, source.header(), date_form))
    return Cleaned(source.header(), findings, {}, evidence, tuple(one.part for one in parts))


def rule_3(keyed: list[dict]) -> tuple[list[dict], int]:
    """What jobs.spark.repeats asks of Spark, row by row: the drops, and the longest date kept."""
    first: dict[str, dict] = {}
    seen_good: set[str] = set()
    drops, form = [], 0
    for found in sorted(keyed, key=lambda one: one["line"]):
        key = found["key"]
        own = found if found["line"] == NO_LINE else first.setdefault(key, found)
        if own is found:
            form = max(form, found["form"] if found["good"] else 0)
        lost = found["good"] and not own["good"] and key not in seen_good
        if found["good"]:
            seen_good.add(key)
        if own is not found or found["line"] == NO_LINE:
            drop = {"part": found["part"], "line": found["line"], "first_line": own["line"]}
            drops.append({**drop, "exact": own["content"] == found["content"], "lost": lost})
    return drops, form


def written_in_ranges(source: Source, store: Store, count: int) -> tuple[list[Written], str]:
    """The parts in their order, and the form of the dates."""
    header, size = source.header(), source.path.stat().st_size
    ranges = tuple(plan(source, header, [size * i // count for i in range(1, count)]))
    batches = [
        batch
        for part, records in enumerate(ranges)
        for batch in keyed_rows(source, header, part, records)
    ]
    for batch in batches:
        for told in batch.column("refusal").drop_null().to_pylist():
            raise refusal_in(told)
    keyed = pa.Table.from_batches(batches, SCHEMA).to_pylist()
    records = [one["content"] for one in keyed if one["line"] == NO_LINE]
    drops, form = rule_3(keyed)
    writer = Writer(source, header, ranges, DATE_FORMS[form], store)
    parts = []
    for part in range(len(ranges)):
        own = [drop for drop in drops if drop["part"] == part]
        parts.append(writer.write(part, sum(records[:part]), pa.Table.from_pylist(own)))
    return parts, DATE_FORMS[form]

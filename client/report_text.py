"""A report in words, for a terminal."""

import json
import shlex
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

Report = Mapping[str, Any]

_SHOWN_VALUES = 3


def summary(report: Report) -> str:
    """Of a run that cleaned its file: counts, the most frequent refused values, the outputs."""
    return "\n".join(_lines(report)) + "\n"


def refusal(file: Path, report: Report, remedy: str = "") -> str:
    """Why a file was not cleaned, by which description it was read, and what to type next.

    `remedy`: instead of a check on this machine, where that would not read as the bucket says.
    """
    status = report["status"].replace("_", " ")
    verb = "" if status == "failed" else "was "
    lines = [f"{file.name} {verb}{status}: {report['refusal']['message']}", *_described(report)]
    if status == "refused" and (remedy or _says_more(report)):
        lines.append(remedy or f"{_check_file(file)} says what would be kept of it, and how")
    return "\n".join(lines)


def _says_more(report: Report) -> bool:
    """Whether a check would show more than the refusal's own words."""
    advice = report.get("advice") or {}
    return any(advice.get(part) for part in ("suggestion", "choices", "notices"))


def suggestion(file: Path, report: Report, place: str = "") -> str:
    """A line on the description that would keep more rows; empty where none was found.

    `place`: the key of the description in force, where the bucket alone has one and a check on
    this machine would not know it; the suggestion takes that one in and is shown whole.
    """
    found = (report.get("advice") or {}).get("suggestion")
    if not found:
        return ""
    kept = f"{found['effect']['kept_then']:,} of {found['effect']['rows']:,} rows"
    if place:
        description = json.dumps(found["description"], ensure_ascii=False)
        return (
            f"as s3://{report['source']['bucket']}/{place} this would keep {kept}: {description}\n"
        )
    return f"{_check_file(file)} shows a description that would keep {kept}\n"


def warnings(file: Path, report: Report) -> str:
    """A line for each warning."""
    return "\n".join(f"{file.name}: {one['message']}" for one in report.get("warnings", ()))


def _lines(report: Report) -> Iterator[str]:
    source = report["source"]
    place = f"s3://{source['bucket']}/{source['key']}"
    yield f"{report['status']}: {place} in {report['seconds']} s"
    yield from _described(report)
    if report.get("replaced_key"):
        yield f"  takes the place of {report['replaced_key']}, whose outputs have the same keys"
    for name in ("rows_in", "rows_out", "duplicates", "rejected"):
        yield _count(name.replace("_", " "), report[name])
    values = (report.get("advice") or {}).get("refused") or {}
    for reason, count in report["reasons"].items():
        if count:
            yield _count(f"  {reason}", count)
            for value in values.get(reason, ())[:_SHOWN_VALUES]:
                yield from _refused_value(value)
    for output in report["outputs"].values():
        yield f"  {output['key']:<26}{output['bytes']:>12,} bytes"
    yield from _parts(report.get("parts", ()))


def _count(name: str, count: int) -> str:
    return f"  {name:<26}{count:>12,}"


def _described(report: Report) -> Iterator[str]:
    source = report["source"]
    if source.get("description_key"):
        yield f"  read as s3://{source['bucket']}/{source['description_key']} says"


def _refused_value(value: Mapping[str, Any]) -> Iterator[str]:
    """How often, what, and on which lines first; whole rows where no value is to blame."""
    rows = value.get("originals", ())
    if value["value"] is None and len(rows) > 1:
        yield f"      {value['count']:,} rows, of which the first are"
        for line, row in zip(value["lines"], rows, strict=True):
            yield f"      {json.dumps(row, ensure_ascii=False)}, line {line:,}"
        return
    shown = value["original"] if value["value"] is None else value["value"]
    lines = ", ".join(f"{line:,}" for line in value["lines"])
    yield f"      {value['count']:,} × {json.dumps(shown, ensure_ascii=False)}, line {lines}"


def _parts(parts: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """A line for each kind of file; the CSV files one after the other are the whole one."""
    for kind in ("csv", "parquet", "rejected") if parts else ():
        size = sum(part[kind]["bytes"] for part in parts)
        first = parts[0][kind]["key"]
        more = f" and {len(parts) - 1} more" if len(parts) > 1 else ""
        yield f"  {first}{more}: {size:,} bytes"


def _check_file(file: Path) -> str:
    return f"make check-file FILE={shlex.quote(str(file))}"

"""One file of this machine to its results in a folder: the job of `python -m etl`."""

import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from pydantic import ValidationError

from etl.advice.unfailing import advice_on_refusal, advice_on_run
from etl.clean import Cleaned, clean
from etl.errors import Refused
from etl.progress import ProgressBar
from etl.report.advice import Advice
from etl.report.model import REFUSED, Output, PreviousRun, Report, SourceFile, refusal_of
from etl.report.page import report_page
from etl.report.verdict import Limits, status_of, warnings_of
from etl.sink.files import CSV, PARQUET, REJECTED
from etl.source.description import FILE_NAME, Description
from etl.source.description_file import parse_description
from etl.source.file import Source

REPORT = "report.json"
PAGE = "report.html"

PARTS = "parts"
"""The folder within the results for what many workers write."""

Cleaner = Callable[[Source, Path], Cleaned]
"""Cleans a source into a folder, parts into `PARTS` there. Raises Refused."""

_STANDARD = Limits()
_RESULTS = (REPORT, PAGE, CSV, PARQUET, REJECTED)


def run(
    path: Path,
    folder: Path,
    description_path: Path | None = None,
    limits: Limits = _STANDARD,
    cleaner: Cleaner | None = None,
) -> Report:
    """Clean `path` into `folder`; the report is written last.

    In this process, unless a cleaner is given.

    Raises OSError, and Refused once the folder's report says so: of an earlier file nothing is
    left there then.
    """
    size = path.stat().st_size
    _keep_apart(path, folder)
    chosen = _chosen(path, description_path)
    source = SourceFile(
        key=_readable(path.name),
        bytes=size,
        description_key=_readable(str(chosen)) if chosen else None,
    )
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".etl-", dir=folder) as unfinished:
        raw = None
        try:
            raw = Source(path, _readable_description(path, description_path))
            cleaned = (cleaner or _clean)(raw, Path(unfinished))
        except Refused as refused:
            advice = advice_on_refusal(raw, refused) if raw else None
            report = Report.begin(REFUSED, source, **refusal_of(refused), advice=advice)
            _publish(folder, Path(unfinished), report, {})
            raise
        advice = advice_on_run(raw, cleaned.header, cleaned.evidence)
        report = _judged(cleaned, source, _previous(folder, source), limits, advice)
        files = {name: file.path for name, file in cleaned.files.items()}
        _publish(folder, Path(unfinished), report, files)
    return report


def _keep_apart(path: Path, folder: Path) -> None:
    """Raises Refused for a file that stands where a result of it would go."""
    place, results = path.resolve().parent, folder.resolve()
    if (path.name in _RESULTS and place == results) or place == results / PARTS:
        raise Refused("bad_name", f"The results would replace it in {folder}; name another folder.")


def _readable_description(path: Path, description_path: Path | None) -> Description:
    if _readable(path.name) != path.name:
        raise Refused("bad_name", "The file's name is not UTF-8; rename it.")
    return description_of(path, description_path)


def _clean(raw: Source, unfinished: Path) -> Cleaned:
    with ProgressBar(raw.path.stat().st_size, sys.stderr) as bar:
        return clean(raw, unfinished, bar.advance)


def description_of(path: Path, given: Path | None) -> Description:
    """The given description, else the one beside the file. Raises Refused and OSError."""
    chosen = _chosen(path, given)
    return parse_description(chosen.read_bytes()) if chosen else Description()


def _chosen(path: Path, given: Path | None) -> Path | None:
    beside = path.parent / FILE_NAME
    return given or (beside if beside.exists() else None)


def _judged(
    cleaned: Cleaned,
    source: SourceFile,
    previous: PreviousRun | None,
    limits: Limits,
    advice: Advice,
) -> Report:
    warnings = warnings_of(
        cleaned.findings,
        limits,
        previous,
        description_key=source.description_key,
        advice=advice,
    )
    report = Report.begin(
        status_of(warnings), source, findings=cleaned.findings, warnings=warnings, advice=advice
    ).amended(
        outputs={
            name: Output(bytes=file.size, sha256=file.sha256)
            for name, file in cleaned.files.items()
        }
    )
    if cleaned.parts:
        report = report.amended(parts=list(cleaned.parts))
    return report.amended(previous=previous) if previous else report


def _previous(folder: Path, source: SourceFile) -> PreviousRun | None:
    """The run before, if the folder has a report of a file of this name and another size."""
    before = _report_in(folder)
    if before is None or before.source.key != source.key:
        return None
    return before.previous if before.source.bytes == source.bytes else before.as_previous


def _report_in(folder: Path) -> Report | None:
    try:
        return Report.model_validate_json((folder / REPORT).read_bytes())
    except (FileNotFoundError, ValidationError):
        return None


def _publish(folder: Path, unfinished: Path, report: Report, files: Mapping[str, Path]) -> None:
    """Whoever is killed here leaves no report, rather than one of other files."""
    texts = {PAGE: report_page(report), REPORT: report.text()}
    for name, text in texts.items():
        (unfinished / name).write_text(text, encoding="utf-8")
    before = _report_in(folder)
    for name in _RESULTS:
        if name not in files:
            (folder / name).unlink(missing_ok=True)
    _replace_parts(folder, unfinished, before)
    for name, path in files.items():
        path.replace(folder / name)
    for name in texts:
        (unfinished / name).replace(folder / name)


def _replace_parts(folder: Path, unfinished: Path, before: Report | None) -> None:
    """What the earlier report lists goes; what else somebody keeps there stays."""
    target = folder / PARTS
    for part in before.parts if before else []:
        for output in (part.csv, part.parquet, part.rejected):
            (target / Path(output.key or "").name).unlink(missing_ok=True)
    if target.is_dir() and not any(target.iterdir()):
        target.rmdir()
    if (unfinished / PARTS).is_dir():
        target.mkdir(exist_ok=True)
        for path in (unfinished / PARTS).iterdir():
            path.replace(target / path.name)


def _readable(name: str) -> str:
    """The name with bytes that are no UTF-8 written `\\xHH`."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")

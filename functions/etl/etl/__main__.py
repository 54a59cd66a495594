"""`python -m etl raw.csv out/`: the same job on this machine's files, without any cloud.

`python -m etl --check raw.csv` says what would become of a file, and writes nothing; of a
`_source.json` it says whether the description is right.
"""

import argparse
import gc
import io
import os
import sys
from collections.abc import Callable
from pathlib import Path

from pydantic import ValidationError

from etl.check import check
from etl.check_text import check_text
from etl.description_check import check_description
from etl.errors import Refused
from etl.folder import PAGE, Cleaner, description_of, run
from etl.progress import ProgressBar
from etl.report.lost_orders import lost_orders_told
from etl.report.model import REFUSED, Report
from etl.report.verdict import exit_code_of
from etl.source.description import FILE_NAME
from etl.warning_settings import WarningSettings

__all__ = ["clean_file", "main", "run"]

NOT_DONE = 2


def main(arguments: list[str] | None = None) -> int:
    """0: cleaned. 2: refused, or no such file. 3: cleaned, and warned of.

    A check's is what the run's would be. docs/etl.md says more.
    """
    parser = _parser()
    options = parser.parse_args(arguments)
    if not options.check and options.folder is None:
        parser.error("name a folder for the results: python -m etl FILE FOLDER")
    _write_any_name()
    # What the imports made stays: the collector need not walk through it again and again.
    gc.freeze()
    if options.check:
        return _told(options.file, lambda: _check(options.file, options.source))
    return clean_file(options.file, options.folder, options.source)


def clean_file(
    path: Path, folder: Path, description: Path | None, cleaner: Cleaner | None = None
) -> int:
    """Clean a file into a folder and tell of it on both streams; the exit code."""

    def cleaned() -> int:
        report = run(path, folder, description, WarningSettings.of(os.environ).limits, cleaner)
        sys.stdout.write(_summary(report, folder))
        for warning in report.warnings:
            sys.stderr.write(f"{path}: {warning.message}\n")
        return exit_code_of(report.status)

    return _told(path, cleaned)


def _told(path: Path, work: Callable[[], int]) -> int:
    """What the work returns; a line says why it could not be done."""
    try:
        return work()
    except Refused as refusal:
        _fail(f"{path}: {refusal.message}")
        return exit_code_of(REFUSED)
    except OSError as error:
        return _fail(f"{error.filename or path}: {error.strerror}")
    except ValidationError as wrong:
        first = wrong.errors()[0]
        return _fail(f"{str(first['loc'][0]).upper()}={first['input']}: {first['msg']}")


def _check(path: Path, description_path: Path | None) -> int:
    """The exit code of the verdict. Raises Refused, OSError, and ValidationError of settings."""
    if path.name == FILE_NAME:
        return check_description(path)
    description = description_of(path, description_path)
    place = description_path or path.parent / FILE_NAME
    with ProgressBar(path.stat().st_size, sys.stderr) as bar:
        found = check(
            path,
            description,
            key=path.name,
            limits=WarningSettings.of(os.environ).limits,
            progress=bar.advance,
        )
    sys.stdout.write(check_text(found, place))
    return exit_code_of(found.status)


def _fail(message: str) -> int:
    sys.stderr.write(f"{message}\n")
    return NOT_DONE


def _write_any_name() -> None:
    """A name that is not UTF-8 can be told of, too."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _summary(report: Report, folder: Path) -> str:
    findings = report.findings
    if findings is None:
        return ""
    reasons = "".join(f"  {n:>12,}  {name}\n" for name, n in findings.reasons.items() if n)
    lost = f"{lost_orders_told(findings.lost_orders)}\n" if findings.lost_orders else ""
    return (
        f"{findings.rows_in:>14,}  rows in\n"
        f"{findings.rows_out:>14,}  rows out\n"
        f"{findings.duplicates:>14,}  duplicates\n"
        f"{findings.rejected:>14,}  rejected\n"
        f"{reasons}{lost}{folder / PAGE}\n"
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m etl", description=__doc__)
    parser.add_argument("file", type=Path, help="the .csv or .csv.gz file to clean")
    parser.add_argument("folder", type=Path, nargs="?", help="where the results go; made if absent")
    parser.add_argument(
        "--check", action="store_true", help="say what would become of the file; write nothing"
    )
    parser.add_argument(
        "--source", type=Path, help=f"source description; default: {FILE_NAME} beside the file"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())

"""`python -m etl raw.csv out/`: the same job on this machine's files, without any cloud."""

import argparse
import sys
import tempfile
from pathlib import Path

from etl.clean import clean
from etl.errors import Refused
from etl.progress import ProgressBar
from etl.report.model import SUCCEEDED, Findings, Output, Report, SourceFile
from etl.report.page import report_page
from etl.source.description import FILE_NAME, Description
from etl.source.description_file import parse_description
from etl.source.file import Source


def main(arguments: list[str] | None = None) -> int:
    """0: cleaned. 1: cleaned, but not one row is left. 2: refused, or no such file."""
    options = _parser().parse_args(arguments)
    try:
        findings = run(options.file, options.folder, options.source)
    except Refused as refused:
        sys.stderr.write(f"{options.file}: {refused.message}\n")
        return 2
    except OSError as error:
        sys.stderr.write(f"{error.filename or options.file}: {error.strerror}\n")
        return 2
    sys.stdout.write(_summary(findings, options.folder))
    if findings.is_empty:
        sys.stderr.write(f"{options.file}: none of the {findings.rows_in:,} rows is left\n")
        return 1
    return 0


def run(path: Path, folder: Path, description_path: Path | None = None) -> Findings:
    """Clean `path` into `folder`; the report is written last. Raises Refused."""
    description = _description(path, description_path)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".etl-", dir=folder) as unfinished:
        with ProgressBar(path.stat().st_size, sys.stderr) as bar:
            cleaned = clean(Source(path, description), Path(unfinished), bar.advance)
        source = SourceFile(key=path.name, bytes=path.stat().st_size)
        report = Report.begin(SUCCEEDED, source, findings=cleaned.findings).amended(
            outputs={
                name: Output(bytes=file.size, sha256=file.sha256)
                for name, file in cleaned.files.items()
            }
        )
        (folder / "report.json").unlink(missing_ok=True)
        for name, file in cleaned.files.items():
            file.path.replace(folder / name)
    (folder / "report.html").write_text(report_page(report), encoding="utf-8")
    (folder / "report.json").write_text(report.text(), encoding="utf-8")
    return cleaned.findings


def _description(path: Path, given: Path | None) -> Description:
    beside = path.parent / FILE_NAME
    chosen = given or (beside if beside.exists() else None)
    return parse_description(chosen.read_bytes()) if chosen else Description()


def _summary(findings: Findings, folder: Path) -> str:
    reasons = "".join(f"  {n:>12,}  {name}\n" for name, n in findings.reasons.items() if n)
    return (
        f"{findings.rows_in:>14,}  rows in\n"
        f"{findings.rows_out:>14,}  rows out\n"
        f"{findings.duplicates:>14,}  duplicates\n"
        f"{findings.rejected:>14,}  rejected\n"
        f"{reasons}{folder / 'report.html'}\n"
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m etl", description=__doc__)
    parser.add_argument("file", type=Path, help="the .csv or .csv.gz file to clean")
    parser.add_argument("folder", type=Path, help="where the results go; made if absent")
    parser.add_argument(
        "--source", type=Path, help=f"source description; default: {FILE_NAME} beside the file"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())

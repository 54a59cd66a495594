"""`python -m etl raw.csv out/`: the same job on this machine's files, without any cloud."""

import argparse
import json
import sys
import tempfile
from pathlib import Path

from etl.clean import Source, clean
from etl.errors import Refused
from etl.progress import ProgressBar
from etl.report import document
from etl.report.page import report_page
from etl.source.description import FILE_NAME, Description, parse_description


def main(arguments: list[str] | None = None) -> int:
    """0: cleaned. 1: cleaned, but not one row is left. 2: refused, or no such file."""
    options = _parser().parse_args(arguments)
    try:
        report = run(options.file, options.folder, options.source)
    except Refused as refused:
        sys.stderr.write(f"{options.file}: {refused.message}\n")
        return 2
    except OSError as error:
        sys.stderr.write(f"{error.filename or options.file}: {error.strerror}\n")
        return 2
    sys.stdout.write(_summary(report, options.folder))
    if report["rows_in"] and not report["rows_out"]:
        sys.stderr.write(f"{options.file}: none of the {report['rows_in']:,} rows is left\n")
        return 1
    return 0


def run(path: Path, folder: Path, description_path: Path | None = None) -> document.Report:
    """Clean `path` into `folder`; the report is written last. Raises Refused."""
    description = _description(path, description_path)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".etl-", dir=folder) as unfinished:
        with ProgressBar(path.stat().st_size, sys.stderr) as bar:
            cleaned = clean(Source(path, description), Path(unfinished), bar.advance)
        origin = {"key": path.name, "bytes": path.stat().st_size}
        report = document.begin(document.SUCCEEDED, origin)
        report |= document.success(cleaned, description)
        report["outputs"] = {
            name: {"bytes": file.size, "sha256": file.sha256}
            for name, file in cleaned.files.items()
        }
        (folder / "report.json").unlink(missing_ok=True)
        for name, file in cleaned.files.items():
            file.path.replace(folder / name)
    (folder / "report.html").write_text(report_page(report), encoding="utf-8")
    text = json.dumps(report, indent=2, ensure_ascii=False) + "\n"
    (folder / "report.json").write_text(text, encoding="utf-8")
    return report


def _description(path: Path, given: Path | None) -> Description:
    beside = path.parent / FILE_NAME
    chosen = given or (beside if beside.exists() else None)
    return parse_description(chosen.read_bytes()) if chosen else Description()


def _summary(report: document.Report, folder: Path) -> str:
    reasons = "".join(f"  {n:>12,}  {name}\n" for name, n in report["reasons"].items() if n)
    return (
        f"{report['rows_in']:>14,}  rows in\n"
        f"{report['rows_out']:>14,}  rows out\n"
        f"{report['duplicates']:>14,}  duplicates\n"
        f"{report['rejected']:>14,}  rejected\n"
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

"""The job as a program: what it leaves in a folder, what it says, and how it ends."""

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.spark.cases import CLEANED, REFUSED

ROOT = Path(__file__).parents[2]


def entry(*arguments: object, also_from: Path = ROOT) -> subprocess.CompletedProcess[str]:
    search = [str(ROOT), str(ROOT / "functions" / "etl"), str(also_from)]
    return subprocess.run(
        [sys.executable, ROOT / "jobs" / "spark" / "entry.py", *map(str, arguments)],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(search)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_folder_has_the_parts_of_the_last_run_and_a_report_of_them(tmp_path):
    out = tmp_path / "out"
    (tmp_path / "raw.csv").write_bytes(CLEANED["every reason"][0])
    entry("--file", tmp_path / "raw.csv", "--out", out, "--ranges", 3)

    again = entry("--file", tmp_path / "raw.csv", "--out", out, "--ranges", 2)

    assert again.returncode == 3  # many rows of that file are lost: it is warned of
    assert "rows in" in again.stdout
    assert all(line.startswith(str(tmp_path / "raw.csv")) for line in again.stderr.splitlines())
    report = json.loads((out / "report.json").read_text())
    listed = [part[kind]["key"] for part in report["parts"] for kind in part if kind in KINDS]
    assert sorted(listed) == sorted(f"parts/{path.name}" for path in (out / "parts").iterdir())
    assert len(report["parts"]) == 2


KINDS = ("csv", "parquet", "rejected")


def test_refusal_is_one_line(tmp_path):
    (tmp_path / "raw.csv").write_bytes(REFUSED["every row too wide"][0])

    refused = entry("--file", tmp_path / "raw.csv", "--out", tmp_path / "out")

    assert refused.returncode == 2
    assert refused.stderr.count("\n") == 1
    assert "has 8 fields" in refused.stderr
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["report.html", "report.json"]


def test_what_stops_a_worker_is_one_line_too(tmp_path):
    path = tmp_path / "raw.csv"
    path.write_bytes(CLEANED["every reason"][0])
    # What every Python of the run imports first.
    (tmp_path / "sitecustomize.py").write_text(
        "from jobs.spark.folder import Folder\n"
        "def keep(*_):\n    raise OSError(28, 'No space left on device')\n"
        "Folder.keep = keep\n"
    )

    failed = entry("--file", path, "--out", tmp_path / "out", also_from=tmp_path)

    assert failed.returncode == 2
    assert failed.stderr.count("\n") == 1
    assert "Spark gave up: OSError: [Errno 28] No space left on device" in failed.stderr
    assert not any((tmp_path / "out").iterdir())


def test_missing_arguments_are_named():
    told = entry("--source-bucket", "landing", "--key", "a.csv")

    assert told.returncode == 2
    assert "missing: --etag, --processed-bucket, --claim" in told.stderr

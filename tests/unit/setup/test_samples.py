"""The sample files that the page offers are those that the generators make."""

import io
import subprocess
import sys
from pathlib import Path

from samples.german import write_german
from samples.sales import write_sales

OFFERED = Path(__file__).parents[3] / "functions/api/api/web/console/static"
LINES = 601


def test_offered_sales_file_is_the_beginning_of_the_sample() -> None:
    written = io.StringIO()
    write_sales(written)
    beginning = "".join(written.getvalue().splitlines(keepends=True)[:LINES])
    assert (OFFERED / "sample_sales.csv").read_bytes() == beginning.encode()


def test_offered_german_file_is_the_sample() -> None:
    written = io.StringIO(newline="")
    write_german(written)
    assert (OFFERED / "sample_german.csv").read_bytes() == written.getvalue().encode()


def test_an_option_is_no_name_of_a_file(tmp_path: Path) -> None:
    asked = subprocess.run(
        [sys.executable, "-m", "samples", "--help"],
        cwd=tmp_path,
        env={"PYTHONPATH": str(Path(__file__).parents[3])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (asked.returncode, asked.stderr) == (2, "usage: python -m samples [raw.csv]\n")
    assert not [*tmp_path.iterdir()]

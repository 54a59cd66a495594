"""The sample files that the page offers are those that the generators make."""

import io
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

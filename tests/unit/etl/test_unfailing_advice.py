"""A file whose rows are cleaned and that nobody can look at again for the advice."""

import logging
from pathlib import Path

import pytest

from etl.advice.unfailing import advice_on_refusal
from etl.clean import Cleaned, clean
from etl.errors import Refused
from etl.folder import run
from etl.report.advice import Advice
from etl.report.model import Report
from etl.source.description import Description
from etl.source.file import Source

ORDERS = "order_id,customer_id,product,quantity,price,order_date\n1,C1,Secret,1,5.00,2024-01-05\n"


def _clean_and_lose(source: Source, folder: Path) -> Cleaned:
    cleaned = clean(source, folder)
    Path(source.path).unlink()
    return cleaned


@pytest.fixture
def report(tmp_path: Path) -> Report:
    raw = tmp_path / "raw.csv"
    raw.write_text(ORDERS)
    return run(raw, tmp_path / "out", cleaner=_clean_and_lose)


@pytest.mark.fails_to_advise
def test_its_rows_are_there_and_the_run_is_warned(report, tmp_path):
    assert (report.status, report.findings.rows_out) == ("warned", 1)
    assert [warning.code for warning in report.warnings] == ["advice_failed"]
    assert "Secret" in (tmp_path / "out/processed_output.csv").read_text()


@pytest.mark.fails_to_advise
def test_the_log_has_the_kind_of_the_error_and_its_place_without_its_words(
    report, caplog, tmp_path
):
    (record,) = (each for each in caplog.get_records("setup") if each.levelno == logging.ERROR)
    assert record.getMessage().startswith("No advice: FileNotFoundError at etl/")
    assert str(tmp_path) not in record.getMessage()


@pytest.mark.fails_to_advise
def test_a_refusal_keeps_its_reason(tmp_path):
    gone = Source(tmp_path / "raw.csv", Description())
    advice = advice_on_refusal(gone, Refused("missing_column", "The header has no order_id."))
    assert isinstance(advice, Advice)
    assert [notice.kind for notice in advice.notices] == ["advice_failed"]

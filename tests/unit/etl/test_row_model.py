"""On thousands of generated dirty files the engine equals a row-by-row model."""

import os

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from etl.errors import Refused
from tests.unit.etl import row_model
from tests.unit.etl.cleaning import Written, run
from tests.unit.etl.dirty_files import HEADER, files, raw_bodies

# ETL_EXAMPLES=10000 for a longer look; the first of CI's long run are the suite's own share.
SHARE = int(os.environ.get("ETL_EXAMPLES", "60"))
EXAMPLES = int(os.environ.get("ETL_EXAMPLES", "200"))
quick = settings(max_examples=SHARE, deadline=None, suppress_health_check=[HealthCheck.too_slow])
thorough = settings(parent=quick, max_examples=EXAMPLES)
CHUNKS = st.sampled_from([8 << 20, 211, 64, 17])
RANGES = st.sampled_from([1, 2, 3, 7])


def check(text: str, chunk_bytes: int, ranges: int = 1, **described: str) -> None:
    """In one go, and in as many ranges of about the same size."""
    try:
        model = row_model.expected(text, **described)
    except row_model.ModelRefuses as refuses:
        with pytest.raises(Refused, match=str(refuses)):
            run_in(ranges, text, chunk_bytes, **described)
        return
    written = run_in(ranges, text, chunk_bytes, **described)
    assert written.rows == model.rows
    assert written.reasons == model.dropped
    assert [row[3] for row in written.dropped] == model.originals
    _check_counts(written, model)


def run_in(ranges: int, text: str, chunk_bytes: int, **described: str) -> Written:
    size = len(text.encode())
    cuts = [size * i // ranges for i in range(1, ranges)]
    return run(text, chunk_bytes=chunk_bytes, cuts=cuts, **described)


def _check_counts(written: Written, model: row_model.Expected) -> None:
    findings = written.cleaned.findings
    assert findings.rows_in == model.rows_in
    assert findings.rows_in == findings.rows_out + findings.duplicates + findings.rejected
    assert findings.lost_orders == model.lost_orders
    assert findings.quantity.filled == model.filled
    assert findings.sums.quantity == sum(row["quantity"] for row in model.rows)
    assert len(written.csv_rows) == len(model.rows)


@quick
@given(files(), CHUNKS, RANGES)
def test_comma_file_equals_the_model(text, chunk_bytes, ranges):
    check(text, chunk_bytes, ranges)


@pytest.mark.long
@thorough
@given(files(), CHUNKS, RANGES)
def test_many_comma_files_equal_the_model(text, chunk_bytes, ranges):
    check(text, chunk_bytes, ranges)


@settings(parent=thorough, max_examples=EXAMPLES // 4)
@given(files(";"), CHUNKS)
def test_semicolon_file_with_decimal_comma_equals_the_model(text, chunk_bytes):
    check(text, chunk_bytes, delimiter=";", decimal=",")


@quick
@given(raw_bodies(), st.sampled_from([8 << 20, 7]), RANGES)
@example('"a"b"c"\n1', 7, 1)
@example('"\n"\n\r\n"a\n', 7, 7)
def test_any_text_after_the_header_splits_as_the_model_splits_it(text, chunk_bytes, ranges):
    check(",".join(HEADER) + "\n" + text, chunk_bytes, ranges)


@pytest.mark.long
@thorough
@given(raw_bodies(), st.sampled_from([8 << 20, 7]), RANGES)
def test_many_texts_after_the_header_split_as_the_model_splits_them(text, chunk_bytes, ranges):
    check(",".join(HEADER) + "\n" + text, chunk_bytes, ranges)

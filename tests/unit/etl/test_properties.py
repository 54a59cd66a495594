"""What must hold for every file: rows do not influence each other, and no hash drops an order."""

import io
import random
import re

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.columns.arrow import texts
from etl.columns.decimals import are_plain_decimals, are_shortest_decimals
from etl.columns.text import hash_texts
from etl.columns.text import strip as strip_column
from etl.rules import judge
from etl.rules.dates import judge_dates, order_date
from etl.rules.numbers import judge_prices, judge_quantities, price, quantity
from tests.unit.etl import row_model
from tests.unit.etl.cleaning import run
from tests.unit.etl.dirty_files import DATES, HEADER, PRICES, QUANTITIES, TEXT

quick = settings(max_examples=30, deadline=None)
HEAD = ",".join(HEADER) + "\n"


@st.composite
def distinct_rows(draw: st.DrawFn) -> list[str]:
    numbers = range(draw(st.integers(2, 8)))
    return [f'{i},{draw(DATES)},C1,W,"{draw(QUANTITIES)}","{draw(PRICES)}",n\n' for i in numbers]


def fates(rows: list[str]) -> dict[str, object]:
    """What became of each order id."""
    written = run(HEAD + "".join(rows))
    kept: dict[str, object] = {row["order_id"]: row for row in written.rows}
    return kept | {row[3].partition(",")[0]: row[1:3] for row in written.dropped}


@quick
@given(distinct_rows(), st.randoms(use_true_random=False))
def test_shuffled_rows_have_the_same_fate(rows, rng):
    shuffled = list(rows)
    rng.shuffle(shuffled)

    assert fates(shuffled) == fates(rows)


@quick
@given(distinct_rows(), st.sampled_from(["garbage", "13/01/2024", "2024-01-05T10:00Z", ""]))
def test_garbage_in_the_first_row_changes_no_other_row(rows, garbage):
    before = fates(rows)
    changed = fates([f"0,{garbage},C1,W,{garbage},,n\n", *rows[1:]])

    assert {k: v for k, v in changed.items() if k != "0"} == {
        k: v for k, v in before.items() if k != "0"
    }


@quick
@given(distinct_rows())
def test_appended_copy_of_the_file_only_adds_exact_duplicates(rows):
    once, twice = run(HEAD + "".join(rows)), run(HEAD + "".join(rows) * 2)

    assert twice.rows == once.rows
    assert twice.cleaned.findings.reasons["duplicate_exact"] == len(rows)


def test_colliding_hashes_drop_no_order(monkeypatch):
    weak = lambda column: hash_texts(column) & np.uint64(7)  # noqa: E731
    monkeypatch.setattr(judge, "hash_texts", weak)
    rng = random.Random(3)
    ids = [f"id-{rng.randint(1, 300)}" for _ in range(1000)]
    text = HEAD + "".join(f"{i},2024-01-05,C,W,{n % 3},1,n\n" for n, i in enumerate(ids))

    written = run(text, chunk_bytes=2000)

    model = row_model.expected(text)
    assert written.rows == model.rows
    assert written.reasons == model.dropped


@quick
@given(st.lists(st.text(max_size=90), max_size=12))
def test_hash_depends_on_the_value_alone(values):
    together = hash_texts(texts(values))

    assert [int(h) for h in together] == [int(hash_texts(texts([v]))[0]) for v in values]


@quick
@given(st.lists(st.text(max_size=8) | TEXT.map(lambda t: f" {t}\u00a0"), max_size=12))
def test_column_is_stripped_as_python_strips(values):
    assert strip_column(texts(values)).to_pylist() == [row_model.trimmed(value) for value in values]
    sliced = texts(["  x", *values]).slice(1)
    assert strip_column(sliced).to_pylist() == [row_model.trimmed(value) for value in values]


@quick
@given(st.lists(st.one_of(DATES, QUANTITIES, PRICES).map(str.strip), unique=True, max_size=20))
@pytest.mark.parametrize("decimal", [".", ","])
def test_column_at_once_is_judged_as_value_by_value(decimal, values):
    column = texts(values)

    for (found, status), single in [
        (judge_quantities(column, decimal), lambda v: quantity(v, decimal)),
        (judge_prices(column, decimal), lambda v: price(v, decimal)),
        (judge_dates(column), order_date),
    ]:
        expected = [single(value) for value in values]
        assert status.tolist() == [s for s, _ in expected]
        np.testing.assert_array_equal(found, [v for _, v in expected])


PLAIN_DECIMAL = r"[0-9]{1,15}(\.[0-9]{1,15})?"
SHORTEST_DECIMAL = r"((0|[1-9][0-9]{0,8})(\.[0-9]{0,4}[1-9])?)?"
NEAR_DECIMALS = st.text("0019.,-\0é", max_size=40)


@quick
@given(st.lists(st.from_regex(PLAIN_DECIMAL, fullmatch=True) | NEAR_DECIMALS, max_size=50))
def test_decimals_are_found_by_their_bytes_as_patterns_find_them(values):
    for sliced in (texts(values), texts(["1.5x", *values]).slice(1)):
        for found, pattern in [
            (are_plain_decimals(sliced), PLAIN_DECIMAL),
            (are_shortest_decimals(sliced), SHORTEST_DECIMAL),
        ]:
            assert found.tolist() == [bool(re.fullmatch(pattern, value)) for value in values]


@quick
@given(st.lists(st.from_regex(SHORTEST_DECIMAL, fullmatch=True), min_size=1, max_size=50))
def test_price_that_is_taken_for_canonical_is_written_as_it_stands(prices):
    rows = "".join(f"{i},2024-01-05,C,W,1,{price},n\n" for i, price in enumerate(prices))
    read = pa.array(judge_prices(texts(prices), ".")[0], from_pandas=True)

    assert run(HEAD + rows).files["processed_output.csv"].decode() == HEAD + rows
    assert pc.cast(read, pa.string()).to_pylist() == [price or None for price in prices]


def test_clean_typed_file_gives_the_rows_of_the_plain_pandas_pipeline():
    rng = random.Random(5)
    lines = [
        f"{rng.randint(1, 700)},2024-{rng.randint(1, 12):02}-{rng.randint(1, 28):02},"
        f"{rng.randint(1, 50)},P{rng.randint(1, 9)},{rng.choice(['', '1', '2', '7'])},"
        f"{rng.randint(1, 9999) / 100},{rng.choice(['north', 'south'])}\n"
        for _ in range(1000)
    ]
    text = HEAD + "".join(lines)

    plain = pd.read_csv(io.StringIO(text))
    plain = plain.drop_duplicates(subset="order_id")
    plain["order_date"] = pd.to_datetime(plain["order_date"], errors="coerce")
    plain["quantity"] = plain["quantity"].fillna(1)
    plain = plain.dropna(subset=["order_date"])

    ours = pd.read_csv(io.BytesIO(run(text).files["processed_output.csv"]))
    ours["order_date"] = pd.to_datetime(ours["order_date"])
    pd.testing.assert_frame_equal(ours, plain.reset_index(drop=True), check_dtype=False)

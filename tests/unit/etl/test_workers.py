"""However many work on a file and wherever its pieces end, every byte of the output is the same."""

import math
import random
from fractions import Fraction
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.errors import Refused
from etl.report.sums import ExactSum
from etl.sink import row_groups
from etl.workers import Beside, Workers
from tests.unit.etl.cleaning import Written, run

HEADER = "order_id,order_date,customer_id,product,quantity,price,region\n"
QUOTED = '"two\nlines"'


def dirty_text(rows: int = 400, *, region: str = "north") -> str:
    rng = random.Random(11)
    lines = [
        f"{rng.randint(1, 300)},2024-01-{rng.randint(1, 31):02},C{rng.randint(1, 9)},Desk Lamp,"
        f"{rng.choice(['', '1', '7', 'x'])},{rng.choice([0.1, 12.5, 1e9, 3.333])},{region}\n"
        for _ in range(rows)
    ]
    return HEADER + "".join(lines) + "too,short\n\n" + lines[0]


@cache
def written_by_one(region: str) -> Written:
    """What every share of the work is compared with, in row groups of the test's size."""
    return run(dirty_text(region=region), workers=1)


@pytest.mark.parametrize(
    "region", [pytest.param("north", marks=pytest.mark.long), QUOTED, 'an 8" disc']
)
@pytest.mark.parametrize(
    ("workers", "chunk_bytes"), [(1, 8 << 20), (1, 997), (2, 300), (3, 1500), (7, 211)]
)
def test_bytes_depend_neither_on_workers_nor_on_pieces(region, workers, chunk_bytes, monkeypatch):
    monkeypatch.setattr(row_groups, "ROW_GROUP_ROWS", 90)

    once = written_by_one(region)
    again = run(dirty_text(region=region), workers=workers, chunk_bytes=chunk_bytes)

    assert again.files == once.files
    assert again.cleaned.findings == once.cleaned.findings


@pytest.mark.parametrize("workers", [1, 2, 7])
def test_time_of_day_in_the_last_row_gives_all_dates_one_form(workers):
    text = dirty_text() + "9999,2024-01-05T10:00:00,C,W,1,1,n\n"

    written = run(text, workers=workers, chunk_bytes=500)

    assert written.files == run(text, workers=1).files
    assert {len(row[1]) for row in written.csv_rows} == {len("2024-01-05 00:00:00")}


def test_refusal_ends_every_worker_and_names_its_line():
    text = dirty_text() + '1,2024-01-05,"never'

    with pytest.raises(Refused, match="line 405") as refused:
        run(text, workers=4, chunk_bytes=400)

    assert refused.value.reason == "unterminated_quote"


@pytest.mark.parametrize("count", [1, 3])
def test_results_come_in_order_and_few_pieces_wait(count):
    taken: list[int] = []

    def numbers():
        for number in range(50):
            taken.append(number)
            yield number

    with Workers(count) as workers:
        for expected, result in enumerate(workers.in_order(lambda n: n * n, numbers())):
            assert result == expected**2
            assert len(taken) <= expected + count + 2


def test_error_beside_the_caller_is_raised_with_the_next_work():
    def fails() -> None:
        raise OSError("no room")

    with Workers(2) as workers:
        beside = workers.beside()
        beside.do(fails)
        with pytest.raises(OSError, match="no room"):
            beside.do(lambda: None)
        beside.close()


def test_nothing_is_beside_a_lone_worker():
    done: list[str] = []
    Beside().do(lambda: done.append("now"))
    assert done == ["now"]


DOUBLES = st.floats(allow_nan=False, allow_infinity=False)
MONEY = st.integers(-(10**9), 10**9).map(lambda cents: cents / 100)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.lists(DOUBLES | MONEY, max_size=6), max_size=6))
def test_sum_of_parts_is_the_exact_sum_of_all(parts):
    total = ExactSum()
    for part in parts:
        one = ExactSum()
        one.add(np.array(part, float))
        total.merge(one)

    try:
        expected = float(sum(Fraction(value) for part in parts for value in part))
    except OverflowError:
        expected = math.inf
    assert total.rounded(4) == (round(expected, 4) if math.isfinite(expected) else None)


def test_gaps_count_as_nothing_and_what_no_double_holds_as_unknown():
    total = ExactSum()
    total.add(np.array([np.nan, 2.5]))
    assert total.rounded(4) == 2.5

    total.add(np.array([np.inf]))
    assert total.rounded(4) is None

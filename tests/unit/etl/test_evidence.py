"""What a run gathers for its advice follows from the file, not from how the work was shared."""

import random
from collections import Counter

import pytest

from etl.advice.advise import advise
from etl.profile import frequent, sample
from etl.source.description import Description
from etl.source.file import Source
from tests.unit.etl.cleaning import run

HEADER = "order_id,order_date,customer_id,product,quantity,price,region\n"
SHARES = [(1, 997), (2, 300), (3, 1500), (7, 211), (2, 60_000)]


@pytest.fixture
def advice_of(tmp_path):
    def advice(text: str, workers: int = 1, chunk_bytes: int = 8 << 20) -> str:
        path = tmp_path / "orders.csv"
        path.write_text(text, newline="")
        cleaned = run(text, workers=workers, chunk_bytes=chunk_bytes).cleaned
        found = advise(Source(path, Description()), cleaned.header, cleaned.evidence)
        return found.model_dump_json()

    return advice


@pytest.fixture(scope="module")
def advice_by_one():
    """By region: what every share of the work is compared with, made by the first that asks."""
    return {}


@pytest.fixture
def small_bounds(monkeypatch):
    """So that a small file goes past each bound."""
    monkeypatch.setattr(frequent, "MAX_VALUES", 20)
    monkeypatch.setattr(frequent, "WINDOW_ROWS", 50)
    monkeypatch.setattr(sample, "STRETCH_ROWS", 15)
    monkeypatch.setattr(sample, "_FIRST_BYTES", 500)
    monkeypatch.setattr(sample, "_LATER_BYTES", 130)
    monkeypatch.setattr(sample, "_DROPPED_BYTES", 3000)
    monkeypatch.setattr(sample, "_MAX_STRETCHES", 8)


def file_of_many_kinds(rows: int = 500, *, region: str = "north") -> str:
    rng = random.Random(5)
    lines = []
    for _ in range(rows):
        price = rng.choice([f"{rng.randint(1, 300)},{rng.randint(10, 99)}", "12.50", " n/a", "n/a"])
        day = rng.choice([f"{rng.randint(1, 28)}.{rng.randint(1, 12)}.2024", "2024-01-05", ""])
        cells = [str(rng.randint(1, 400)), day, "C1", "x" * 250 if price == "n/a" else "Lamp"]
        cells += [rng.choice(["1", f"q{rng.randint(1, 90)}"]), f'"{price}"', region]
        lines.append(",".join(cells[: rng.choice([7] * 9 + [3])]))
        lines += [""] * rng.choice([0, 0, 0, 1])
    return HEADER + "\n".join(lines) + "\n"


@pytest.mark.parametrize(
    "region",
    [
        pytest.param("north", marks=pytest.mark.long),
        pytest.param('"two\nlines"', marks=pytest.mark.long),
        'an 8" disc',
    ],
)
@pytest.mark.parametrize(("workers", "chunk_bytes"), SHARES)
def test_advice_depends_neither_on_workers_nor_on_pieces(
    region, workers, chunk_bytes, advice_of, advice_by_one, small_bounds
):
    text = file_of_many_kinds(region=region)
    if region not in advice_by_one:
        advice_by_one[region] = advice_of(text)
    assert advice_of(text, workers, chunk_bytes) == advice_by_one[region]


@pytest.mark.parametrize(("workers", "chunk_bytes"), SHARES)
def test_rows_that_hold_others_are_found_however_far_down(
    workers, chunk_bytes, advice_of, small_bounds
):
    rows = [f'{i},2024-01-05,C,"a\nb",1,{"x" if i % 2 else 5},n\n\n' for i in range(500)]
    rows[300:302] = ['300,2024-01-05,C,"Hat,1,5,n\n', '301,2024-01-05,C,Rock",1,5,n\n']
    rows[400] = rows[400].rstrip("\n")
    found = advice_of(HEADER + "".join(rows), workers, chunk_bytes)
    assert '"kind":"swallowed_rows"' in found
    assert '"kind":"joined_rows"' in found
    assert found == advice_of(HEADER + "".join(rows))


def test_a_thousand_rows_in_one_value_are_found_behind_the_sample(advice_of):
    rows = [f"{i},2024-01-05,C,a lamp of many colours,1,5,n\n" for i in range(25_000)]
    rows[21_000] = '21000,2024-01-05,C,"lamp,1,5,n\n'
    rows[23_000] = '23000,2024-01-05,C,lamp",1,5,n\n'
    assert '"kind":"swallowed_rows"' in advice_of(HEADER + "".join(rows))


def test_nor_does_that_on_a_file_past_the_bounds_as_they_are(advice_of):
    rows = (f"{i % 60_000},,C,W,1,{i % 7000}x,n\n" for i in range(66_000))
    text = HEADER + "".join(rows)
    assert advice_of(text, 3, 50_000) == advice_of(text)


def test_up_to_a_thousand_values_are_counted_exactly_with_their_first_lines():
    rng = random.Random(3)
    prices = [f"x{int(rng.triangular(0, 999, 0))}" for _ in range(20_000)]
    text = HEADER + "".join(f"{i},2024-01-05,C,W,1,{price},n\n" for i, price in enumerate(prices))

    refused = run(text).cleaned.evidence.refusals.most_frequent()["invalid_price"]

    expected = Counter(prices).most_common(8)
    assert [(one.value, one.count) for one in refused][:3] == expected[:3]
    for one in refused:
        assert one.count == prices.count(one.value)
        lines = [line for line, price in enumerate(prices, 2) if price == one.value]
        assert list(one.lines) == lines[:3]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("{},,C,W,1,5,n\n", "missing_order_date"),
        (",2024-01-05,C,W,1,5,n{}\n", "missing_order_id"),
        ("{},2024-01-05,C\n", "malformed_row"),
        ("1,2024-01-05,C,W,1,5,n{}\n", "duplicate_differs"),
    ],
)
def test_rows_of_one_reason_are_shown_each_with_its_own_text(row, reason):
    text = HEADER + "1,2024-01-05,C,W,1,5,n\n" + "".join(row.format(i) for i in range(2, 210))

    (refused,) = run(text, chunk_bytes=500).cleaned.evidence.refusals.most_frequent()[reason]

    assert (refused.count, refused.lines) == (208, (3, 4, 5))
    assert refused.originals == tuple(text.split("\n")[2:5])
    assert refused.original == refused.originals[0]


def test_frequent_value_behind_many_different_ones_is_found(monkeypatch):
    monkeypatch.setattr(frequent, "WINDOW_ROWS", 2000)
    prices = [f"x{i}" for i in range(5000)] + ["n/a" if i % 5 else f"y{i}" for i in range(5000)]
    text = HEADER + "".join(f"{i},2024-01-05,C,W,1,{price},n\n" for i, price in enumerate(prices))

    refused = run(text).cleaned.evidence.refusals.most_frequent()["invalid_price"]

    assert refused[0].value == "n/a"
    assert 3000 <= refused[0].count <= 4000


def test_reasons_come_in_the_order_of_the_rules():
    text = HEADER + "1,2024-01-05,C,W,1,x,n\n2,,C,W,1,1,n\n1,2024-01-05,C,W,1,x,n\n,,,,,,\n3,3\n"

    refused = run(text, chunk_bytes=20).cleaned.evidence.refusals.most_frequent()

    assert list(refused) == [
        "malformed_row",
        "missing_order_id",
        "duplicate_exact",
        "missing_order_date",
        "invalid_price",
    ]

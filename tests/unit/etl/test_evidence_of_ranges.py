"""What is gathered range by range, for the advice, is what one pass over the file gathers."""

import random
from itertools import pairwise
from pathlib import Path

import pytest

from etl.profile import frequent, sample
from etl.profile.evidence import Evidence
from etl.rules.judge import Rules
from etl.source.block import ByteRange
from etl.source.description import Description
from etl.source.fields import split
from etl.source.file import Source
from tests.unit.etl.cleaning import run

HEADER = "order_id,order_date,customer_id,product,quantity,price,region\n"
ROWS = 500


@pytest.fixture(autouse=True)
def small_bounds(monkeypatch):
    monkeypatch.setattr(sample, "STRETCH_ROWS", 60)
    monkeypatch.setattr(sample, "_FIRST_BYTES", 900)
    monkeypatch.setattr(sample, "_LATER_BYTES", 200)
    monkeypatch.setattr(sample, "_MAX_STRETCHES", 4)
    monkeypatch.setattr(frequent, "MAX_VALUES", 60)


@pytest.fixture
def source(tmp_path) -> Source:
    rng = random.Random(9)
    prices = (rng.choice(["9.5", "8", f"x{rng.randint(1, 50)}"]) for _ in range(ROWS))
    lines = (f"{i:03},2024-01-05,C,W,1,{price:>4},n\n" for i, price in enumerate(prices))
    path = tmp_path / "source"
    path.write_text(HEADER + "".join(lines))
    return Source(path, Description())


def gathered(source: Source, bounds: list[int]) -> Evidence:
    """Of ranges that end behind so many records."""
    header, size = source.header(), len("000,2024-01-05,C,W,1, 9.5,n\n")
    rules, whole = Rules(header, source.description), Evidence()
    for begin, end in pairwise([0, *bounds, ROWS]):
        first = len(HEADER) + begin * size
        records = ByteRange(first, len(HEADER) + end * size, begin + 2)
        one = Evidence.beginning_at(begin)
        for piece in Source(source.path, parts=(records,)).pieces(header):
            block = piece.block()
            assert block is not None
            one.add(rules.judge(split(block, header)))
        whole.merge(one)
    return whole


@pytest.mark.parametrize(
    "bounds",
    [
        [200],
        [1, 2, 3],
        [60, 120, 180],
        [15, 75, 135],
        [*range(7, ROWS, 7)],
        [*range(100, ROWS, 100)],
    ],
    ids=str,
)
def test_values_and_sample_do_not_depend_on_where_ranges_end(bounds, source):
    found, whole = gathered(source, bounds), run(text_of(source)).cleaned.evidence

    assert found.refusals.most_frequent() == whole.refusals.most_frequent()
    assert found.sample.is_complete == whole.sample.is_complete
    assert stretches(found) == stretches(whole)


def test_of_more_values_than_there_is_room_for_a_frequent_one_is_counted(source, monkeypatch):
    monkeypatch.setattr(frequent, "MAX_VALUES", 20)
    lines = (f"{i:03},2024-01-05,C,W,1,{' n/a' if i % 2 else f'x{i:03}'},n\n" for i in range(ROWS))
    Path(source.path).write_text(HEADER + "".join(lines))

    found = gathered(source, [100, 200, 300, 400]).refusals.most_frequent()["invalid_price"]

    assert (found[0].value, found[0].count, found[0].lines) == ("n/a", 250, (3, 5, 7))


def test_rows_without_a_date_are_shown_as_they_are_wherever_ranges_end(source):
    lines = (f"{i:03},{'':10},C,W,1,9999,n\n" for i in range(ROWS))
    Path(source.path).write_text(HEADER + "".join(lines))

    found = gathered(source, [1, 2, 200]).refusals.most_frequent()

    assert found == run(text_of(source)).cleaned.evidence.refusals.most_frequent()


def text_of(source: Source) -> bytes:
    assert isinstance(source.path, Path)
    return source.path.read_bytes()


def stretches(evidence: Evidence) -> list[bytes]:
    """The rows that stand for their stretches: of the dropped ones, some may be others."""
    return [line for line in evidence.sample.text.splitlines() if b"x" not in line]

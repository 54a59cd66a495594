"""Values in single quotes: the description that takes them off is found, or told of."""

from pathlib import Path

import pytest

from etl.check import Check, check
from etl.source.description import Description

NAMES = ("order_id", "customer_id", "product", "quantity", "price", "order_date")
ROWS = [(f"{i}", "C", "W", "1", "5.50", "2024-01-05") for i in range(4)]


def checked(tmp_path: Path, *lines: str, **described) -> Check:
    path = tmp_path / "orders.csv"
    path.write_text("\n".join(lines) + "\n")
    return check(path, Description.model_validate(described), key=path.name)


def quoted(cells: tuple[str, ...], places: range = range(6)) -> str:
    return ",".join(f"'{cell}'" if i in places else cell for i, cell in enumerate(cells))


@pytest.mark.parametrize(
    "lines",
    [
        [quoted(NAMES), *map(quoted, ROWS)],
        [",".join(NAMES), *map(quoted, ROWS)],
        [",".join(NAMES), *(quoted(row, range(4, 6)) for row in ROWS)],
        [",".join(NAMES), *(quoted((row[0], row[1], "W, big", *row[3:])) for row in ROWS)],
    ],
    ids=["names and all", "all values", "price and date", "a delimiter inside"],
)
def test_the_quotes_are_suggested_where_more_rows_are_kept_by_them(tmp_path, lines):
    found = checked(tmp_path, *lines)
    assert found.advice is not None
    assert found.advice.suggestion is not None
    assert found.advice.suggestion.description == {"quote": "'"}
    assert checked(tmp_path, *lines, quote="'").rows_out == len(ROWS)


def test_quotes_are_found_together_with_what_they_hide(tmp_path):
    rows = [quoted((*row[:5], "13/01/2024")) for row in ROWS]
    advice = checked(tmp_path, ",".join(NAMES), *rows).advice
    assert advice is not None
    assert advice.suggestion is not None
    assert advice.suggestion.description == {"quote": "'", "date_formats": ["%d/%m/%Y"]}


def test_quotes_around_texts_alone_are_told_as_no_row_is_lost_by_them(tmp_path):
    rows = [quoted(row, range(3)) for row in ROWS]
    advice = checked(tmp_path, ",".join(NAMES), *rows).advice
    assert advice is not None
    assert advice.suggestion is None
    (notice,) = advice.notices
    assert notice.kind == "quoted_values"
    assert notice.message.startswith("order_id, customer_id, product: Single quotes")
    told = checked(tmp_path, ",".join(NAMES), *rows, quote="'").advice
    assert told is not None
    assert told.notices == ()


def test_an_apostrophe_in_some_values_is_no_quote(tmp_path):
    rows = [",".join((row[0], "'n Sync'", *row[2:])) for row in ROWS[:2]]
    advice = checked(tmp_path, ",".join(NAMES), *rows, ",".join(ROWS[3])).advice
    assert advice is not None
    assert advice.notices == ()


def test_a_row_of_another_width_is_refused_as_before_where_quotes_do_not_help(tmp_path):
    found = checked(tmp_path, ",".join(NAMES), *(",".join((*row, "it's", "")) for row in ROWS))
    assert found.refusal is not None
    assert found.refusal.reason == "wrong_width"
    assert found.advice is None or found.advice.suggestion is None

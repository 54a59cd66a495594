"""Numbers that are a thousandfold by the other decimal mark: asked or told, never silent."""

from pathlib import Path

import pytest

from etl.check import check
from etl.report.advice import Advice
from etl.source.description import Description

HEADER = "order_id;customer_id;product;quantity;price;order_date\n"


def advice_on(tmp_path: Path, rows: list[tuple[str, str]], delimiter: str, **described) -> Advice:
    """On rows of these quantities and prices."""
    lines = [f'{i};C;W;"{count}";"{price}";2024-01-05\n' for i, (count, price) in enumerate(rows)]
    path = tmp_path / "orders.csv"
    path.write_text((HEADER + "".join(lines)).replace(";", delimiter))
    advice = check(path, Description.model_validate(described), key=path.name).advice
    assert advice is not None
    return advice


def told(advice: Advice) -> list[tuple[str, ...]]:
    return [one.examples for one in advice.notices if one.kind == "unproved_quantities"]


def asked(advice: Advice) -> list[str]:
    return [choice.question for choice in advice.choices if choice.field == "decimal"]


@pytest.mark.parametrize(
    ("quantities", "prices", "delimiter", "example"),
    [
        (("1,500", "8", "9"), ("12.50", "9.99"), ",", "1,500"),
        (("1,000", "2,000", "3,000"), ("12.50", "9.99"), ",", "1,000"),
        (("1.000", "2.000"), ("12.50", "9.99"), ";", "1.000"),
        (("1.000", "2.000"), ("12,50", "9,99"), ";", "1.000"),
        (("1,500", "8", "9"), ("12", "9"), ",", "1,500"),
    ],
    ids=["a thousand", "thousands", "decimals", "a mark that is suggested", "no price tells"],
)
def test_quantities_that_only_prices_tell_of_are_told(
    tmp_path, quantities, prices, delimiter, example
):
    rows = [(count, price) for count in quantities for price in prices]
    advice = advice_on(tmp_path, rows, delimiter)
    assert told(advice) == [(example,)]
    assert asked(advice) == []


@pytest.mark.parametrize(
    ("quantities", "prices", "described"),
    [
        (("1,500.0", "1,200"), ("12.50",), {}),
        (("1500", "8"), ("12.50", "1,200.00"), {}),
        (("1,500", "8"), ("12.50",), {"decimal": "."}),
    ],
    ids=["one that tells", "no mark", "described"],
)
def test_quantities_that_tell_themselves_are_not_told(tmp_path, quantities, prices, described):
    rows = [(count, price) for count in quantities for price in prices]
    advice = advice_on(tmp_path, rows, ",", **described)
    assert (told(advice), asked(advice)) == ([], [])


def test_one_quantity_with_three_decimals_is_asked_about(tmp_path):
    advice = advice_on(tmp_path, [("1.000", "5"), ("2", "7")], ",")
    assert told(advice) == []
    assert "1.000 is read as 1." in asked(advice)[0]


@pytest.mark.parametrize("price", ["12.000₫", "Rp 12.000", "¥1.200", "-12.000 VND", "€1.200"])
def test_one_price_in_thousands_of_a_currency_is_asked_about(tmp_path, price):
    assert "is read as" in asked(advice_on(tmp_path, [("1", price)] * 3, ","))[0]
    assert asked(advice_on(tmp_path, [("1", price), ("1", "500")], ","))


@pytest.mark.parametrize("price", ["12.000 KWD", "BHD 1.200", "1.200"])
def test_one_price_that_may_have_three_places_is_not_asked_about(tmp_path, price):
    assert asked(advice_on(tmp_path, [("1", price)] * 3, ",")) == []

"""Which column is the price and which the quantity: told or asked where names leave it open."""

import json
from pathlib import Path

import pytest

from etl.check import Check, check
from etl.report.advice import Choice
from etl.source.description import Description

DATE = "2024-01-05"


def checked(tmp_path: Path, names: str, *rows: str, **described) -> Check:
    """Of columns besides order, customer, product and date."""
    lines = [f"order_id,customer_id,product,order_date,{names}"]
    lines += [f"{i},C,W,{DATE},{row}" for i, row in enumerate(rows)]
    path = tmp_path / "orders.csv"
    path.write_text("\n".join(lines) + "\n")
    return check(path, Description.model_validate(described), key=path.name)


def asked(found: Check) -> list[Choice]:
    assert found.advice is not None
    return [choice for choice in found.advice.choices if choice.field == "columns"]


def told(found: Check) -> list[str]:
    assert found.advice is not None
    return [one.message for one in found.advice.notices if one.kind == "several_prices"]


@pytest.mark.parametrize(
    ("names", "rows", "kept"),
    [
        ("quantity,price", ("1.99,1", "2.50,2", "9.99,1"), 0),
        ("quantity,price", ("9.00,1", "12.00,2", "7.00,1"), 3),
        ("quantity,price", ("1.5,1", "12.25,2", "7,1"), 1),
        ("Qty,Price", ("1.99,1", "2.50,2", "9.99,1"), 0),
    ],
    ids=["cents", "whole", "broken", "names to be mapped"],
)
def test_names_above_each_others_columns_are_asked_about(tmp_path, names, rows, kept):
    (choice,) = asked(checked(tmp_path, names, *rows))
    turned, stays = choice.options
    assert turned.effect.kept_then == 3
    assert stays.effect.kept_then == kept
    for option in choice.options:
        then = checked(tmp_path, names, *rows, **option.description)
        assert (then.rows_out, asked(then)) == (option.effect.kept_then, [])


@pytest.mark.parametrize(
    ("rows", "described"),
    [
        (("1.5,2", "2.25,1", "3,4.50"), {}),
        (("1,2", "2,1", "3,4"), {}),
        (("1.0,2", "2.0,1", "3.0,4"), {}),
        (("1.5,2", "2.25,1", "2.5,4"), {"fractional_quantity": "round"}),
        (("1.99,1", "2.50,2"), {}),
        (("1.5,20", "2.5,30", "0.125,40"), {}),
    ],
    ids=["a price with cents", "whole numbers", "floats", "described", "too few", "metres"],
)
def test_columns_that_may_be_what_they_are_called_are_not_asked_about(tmp_path, rows, described):
    assert asked(checked(tmp_path, "quantity,price", *rows, **described)) == []


@pytest.mark.parametrize(
    ("names", "message"),
    [
        ("quantity,price,Price gross", "taken from price; Price gross is an amount, too"),
        ("quantity,Net price,Gross price", "taken from Net price; Gross price is an amount, too"),
        ("Qty,Net price,Gross price", "taken from Net price; Gross price is an amount, too"),
        ("quantity,Unit price,Line total", "taken from Unit price; Line total is an amount, too"),
    ],
)
def test_a_second_price_is_told_with_the_description_that_takes_it(tmp_path, names, message):
    rows = ("1,5.00,5.95", "2,6.00,7.14")
    (said,) = told(checked(tmp_path, names, *rows))
    assert message in said
    start = said.index("{")
    described, end = json.JSONDecoder().raw_decode(said[start:])
    found = checked(tmp_path, names, *rows, **described)
    assert (found.rows_out, told(found)) == (2, [])
    described, _ = json.JSONDecoder().raw_decode(said[said.index("{", start + end) :])
    assert told(checked(tmp_path, names, *rows, **described)) == []


@pytest.mark.parametrize(
    "names", ["quantity,price,Tax amount", "quantity,price,Price list", "quantity,price,discount"]
)
def test_columns_that_are_no_price_are_not_told(tmp_path, names):
    value = "spring" if "list" in names else "0.95"
    assert told(checked(tmp_path, names, f"1,5.00,{value}", f"2,6.00,{value}")) == []


def test_a_question_that_keeps_no_row_yet_is_asked_where_the_file_is_refused(tmp_path):
    path = tmp_path / "orders.csv"
    rows = "".join(f"{i};C;W;{i};{i},00;{i},19;05.01.2024\n" for i in range(1, 9))
    header = "Bestellnummer;Kunde;Artikel;Menge;Preis netto;Preis brutto;Datum\n"
    path.write_text(header + rows)
    (choice,) = asked(check(path, Description(), key=path.name))
    assert "Preis netto and Preis brutto" in choice.question

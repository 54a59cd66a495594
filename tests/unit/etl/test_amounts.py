"""Numbers as the world writes them: the value that was meant, or none, never another one."""

import math
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.rules.currencies import CODES, without_currency
from etl.rules.numbers import price, quantity
from etl.rules.status import INVALID, OK

BEFORE = [
    "$",
    "US$",
    "AU $",
    "HK$",
    "C$",
    "S$",
    "R$",
    "NT$",
    "Rs. ",
    "Rs",
    "₹",
    "kr ",
    "RM ",
    "R ",
    "د.إ",
]
BEHIND = [
    " zł",
    "円",
    " Kč",
    " kr",
    " €",
    " EUR",
    " Ft",
    " lei",
    " руб.",
    "元",
    " ₺",
    " TL",
    "₫",
    " ر.س",
]
MINUS = ["-", "\u2212", "\u2013"]
CENTS = st.integers(0, 10**11).map(lambda cents: Decimal(cents) / 100)


def grouped(amount: Decimal, thousands: str, decimal: str) -> str:
    text = f"{amount:,.2f}"
    return text.translate({ord(","): thousands, ord("."): decimal})


def lakhs(amount: Decimal) -> str:
    whole, _, fraction = f"{amount:.2f}".partition(".")
    head, tail = whole[:-3], whole[-3:]
    while len(head) > 2:
        head, tail = head[:-2], f"{head[-2:]},{tail}"
    return f"{head},{tail}.{fraction}" if head else f"{tail}.{fraction}"


def test_powers_of_ten_are_read_in_prices_and_where_they_are_whole_in_quantities():
    assert price("1e2", ".") == price("1E+02", ",") == (OK, 100)
    assert price("1.5e3", ".") == price("1,5e3", ",") == (OK, 1500)
    assert quantity("1e2", ".") == (OK, 100)
    assert {quantity(text, ".")[0] for text in ("15e-1", "e2", "1e", "1e2 x")} == {INVALID}


@given(CENTS, st.sampled_from(BEFORE), st.sampled_from(BEHIND), st.sampled_from(MINUS))
def test_amount_reads_as_meant_with_any_currency_at_either_end(amount, before, behind, minus):
    number = grouped(amount, ",", ".")
    value = float(amount)

    for text in (number, before + number, number + behind):
        assert price(text, ".") == (OK, value)
        assert price(minus + text, ".") == (OK, -value + 0.0)
        assert price(f"({text})", ".") == (OK, -value + 0.0)
    assert (
        price(f"{before}{number}-", ".") == price(f"{number}-{behind}", ".") == (OK, -value + 0.0)
    )


@given(CENTS, st.sampled_from([".", " ", "\u00a0", "\u202f", "'"]))
def test_amount_with_declared_comma_reads_as_meant(amount, thousands):
    assert price(grouped(amount, thousands, ","), ",") == (OK, float(amount))


@given(CENTS)
def test_indian_grouping_reads_as_meant(amount):
    assert price("₹" + lakhs(amount), ".") == (OK, float(amount))


@given(st.integers(-(10**9), 10**9), st.sampled_from([",", " ", "'"]))
def test_thousands_in_a_quantity_read_as_in_a_price(number, thousands):
    text = f"{number:,}".replace(",", thousands)

    assert quantity(text, ".") == (OK, number)
    assert price(text, ".") == (OK, float(number))


@given(st.from_regex(r"0[0-9]{0,2}([,.' ][0-9]{3}){1,2}", fullmatch=True))
def test_group_after_a_leading_zero_is_no_thousand(text):
    for decimal in ".,":
        status, value = price(text, decimal)
        assert status == INVALID or value < 1000


@pytest.mark.parametrize(
    ("text", "value"),
    [
        *[("$12.50 CAD", 12.5), ("£5.00 GBP", 5), ("Rs. 500/-", 500), ("$ (5.00)", -5)],
        *[("-$ 5", -5), ("$-5", -5), ("( 10 )", -10), ("EUR 12.50-", -12.5), ("- 5", -5)],
        *[("usd 5", 5), ("Kč 7", 7), ("GH₵3", 3), ("S/. 4", 4), ("₿5", 5)],
        *[("5 ريال", 5), ("د.ك. 12.500", 12.5), ("-5 ج.م.", -5), ("Lek5", 5)],
    ],
)
def test_common_forms_are_read(text, value):
    assert price(text, ".") == (OK, value)


@pytest.mark.parametrize(
    "text",
    [
        *["50¢", "50p", "5 k", "5 M", "5%", "5 lakh", "€5 USD", "$5$", "EUR 5 EUR", "kr 5 EUR"],
        *["12.-", "12,-", "12.50 -", "--5", "+-5", "-5-", "(-5)", "-(5)", "(5", "5)", "()", "($)"],
        *["1,2345", "12,34", "1,5,000", "1.234.567", "1,234,56", "1 234,567", "$1,2", "12 34"],
        *["USDx5", "xUSD5", "5 USDT", "R", "kr", "5 RE", "100 R", "٥", "５"],
    ],
)
def test_ambiguous_or_unknown_forms_are_no_price(text):
    assert price(text, ".")[0] == INVALID


@pytest.mark.parametrize("text", ["0,125", "0,500", "0.125 x", "$5", "5 kr", "3.5", "1,5"])
def test_quantity_takes_no_currency_and_no_fraction(text):
    assert quantity(text, ".") == (INVALID, 0)


@given(st.sampled_from(sorted(CODES)), st.booleans())
def test_every_code_is_taken_off_once(code, in_front):
    text = f"{code} 5" if in_front else f"5{code}"

    assert without_currency(text) == "5"
    assert math.isnan(price(f"{code} {code} 5", ".")[1])

"""What nobody sees is no part of an id, a key or a header; a text formula is its text."""

import pytest

from etl.errors import Refused
from etl.source.description_file import parse_description
from tests.unit.etl.cleaning import run

HEADER = "order_id,customer_id,product,quantity,price,order_date\n"
MARK = "\ufeff"
HIDDEN = [MARK, "\u200b", "\u00ad", "\u2060", "\u200e", "\u202e", "\x00", "\u3164", "\U000e0001"]


def row(order_id: str, customer: str = "C1", product: str = "W") -> str:
    return f"{order_id},{customer},{product},1,5,2024-01-05\n"


@pytest.mark.parametrize("hidden", HIDDEN, ids=ascii)
def test_invisible_characters_are_no_part_of_ids_and_hide_no_repeat(hidden):
    written = run(HEADER + row("A7", f"{hidden}C1") + row(f"{hidden}A{hidden}7{hidden}"))

    assert [(r["order_id"], r["customer_id"]) for r in written.rows] == [("A7", "C1")]
    assert written.reasons == [(3, "duplicate_exact")]


@pytest.mark.parametrize("hidden", HIDDEN, ids=ascii)
def test_invisible_characters_are_no_part_of_a_header(hidden):
    header = HEADER.replace("order_id", f"{hidden}order_id").replace("price", f"pr{hidden}ice")

    assert run(header + row("1")).rows[0]["price"] == 5


@pytest.mark.parametrize("hidden", HIDDEN, ids=ascii)
def test_invisible_characters_are_no_part_of_a_described_key(hidden):
    written = run(
        HEADER.strip() + ",sku\n" + f"1,C,W,1,5,2024-01-05,x\n1,C,W,1,5,2024-01-05,x{hidden}\n",
        key=["order_id", f"{hidden}sku"],
    )

    assert len(written.rows) == 1


@pytest.mark.parametrize("hidden", HIDDEN, ids=ascii)
def test_invisible_characters_hide_no_number_and_no_date(hidden):
    written = run(HEADER + f"1,C,W,{hidden}2,{hidden}-5{hidden},2024{hidden}-01-05\n")

    assert (written.rows[0]["quantity"], written.rows[0]["price"]) == (2, -5)


def test_id_of_invisible_characters_alone_is_missing():
    assert run(HEADER + row("\u200b\u200e")).reasons == [(2, "missing_order_id")]


def test_joiners_inside_a_product_stay():
    assert run(HEADER + row("1", "C", "می\u200cخواهم\u200b")).rows[0]["product"] == "می\u200cخواهم"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le"])
def test_joined_files_leave_no_mark_behind(encoding):
    second = MARK + HEADER + row('"2"') + row("2")
    content = (MARK + MARK + HEADER + row("1") + second).encode(encoding)

    written = run(content)

    assert [r["order_id"] for r in written.rows] == ["1", "2"]
    assert written.reasons == [(3, "repeated_header"), (5, "duplicate_exact")]


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ('"=""0001"""', "0001"),
        ('="0001"', "0001"),
        (' ="0001" ', "0001"),
        ('"=""a""""b"""', 'a"b'),
        ("=1+1", "=1+1"),
        ('"=""a""&""b"""', '="a"&"b"'),
    ],
)
def test_text_formula_is_read_as_its_text_and_no_other_formula(cell, text):
    written = run(HEADER + row(cell, cell, cell))

    assert {written.rows[0][name] for name in ("order_id", "customer_id", "product")} == {text}


def test_text_formula_is_read_in_every_column():
    line = '="1",C,W,="2",="1,50",="2024-01-05",="007"\n'.replace('="1,50"', '"=""1.50"""')

    (found,) = run(HEADER.strip() + ",sku\n" + line).rows

    assert (found["quantity"], found["price"], found["sku"]) == (2, 1.5, "007")
    assert found["order_date"].year == 2024


def test_wrapped_and_bare_id_are_one_id():
    written = run(HEADER + row('"=""0001"""') + row("0001"))

    assert written.reasons == [(3, "duplicate_exact")]


def test_description_with_a_byte_order_mark_is_read():
    assert parse_description((MARK + '{"delimiter": ";"}').encode()).delimiter == ";"
    with pytest.raises(Refused, match="delimiter"):
        parse_description((MARK + '{"delimiter": 5}').encode())

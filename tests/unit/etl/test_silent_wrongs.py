"""What a sum or a row count does not show: currencies added up, rows in a value, a cut-off file."""

import gzip
from pathlib import Path

import pytest

from etl.check import Check, check
from etl.source.description import Description
from tests.unit.etl.hostile_files import HOSTILE

HEADER = "order_id,customer_id,product,quantity,price,order_date\n"


def checked(tmp_path: Path, content: str, name: str = "orders.csv") -> Check:
    path = tmp_path / name
    raw = content.encode()
    path.write_bytes(gzip.compress(raw) if name.endswith(".gz") else raw)
    return check(path, Description(), key=name)


def notices_of(found: Check) -> dict[str, tuple[str, ...]]:
    assert found.advice is not None
    return {notice.kind: notice.examples for notice in found.advice.notices}


def priced(*prices: str) -> str:
    rows = (f'{i},C,W,1,"{price}",2024-01-05\n' for i, price in enumerate(prices))
    return HEADER + "".join(rows)


@pytest.mark.parametrize(
    ("prices", "examples"),
    [
        (("€5.00", "€7.00", "$6.00"), ("€5.00", "$6.00")),
        (("5.00 EUR", "7.00", "-6.00 GBP"), ("5.00 EUR", "-6.00 GBP")),
        (("$5.00 CAD", "USD 6.00", "($7.00)"), ("$5.00 CAD", "USD 6.00", "($7.00)")),
    ],
    ids=["signs", "codes, one behind a minus", "two dollars"],
)
def test_prices_of_several_currencies_are_told(tmp_path, prices, examples):
    assert notices_of(checked(tmp_path, priced(*prices))) == {"several_currencies": examples}


@pytest.mark.parametrize(
    "prices",
    [
        ("$5.00", "US$6.00", "7.00 USD"),
        ("5.00 kr", "6.00 SEK"),
        ("€5.00", "6.00", "7.00 EUR"),
        ("€5.00", "6.00 ponies"),
    ],
    ids=["names of one dollar", "crowns that are Swedish", "some without", "one that is refused"],
)
def test_one_currency_by_several_names_is_nothing_to_tell(tmp_path, prices):
    assert "several_currencies" not in notices_of(checked(tmp_path, priced(*prices)))


@pytest.mark.parametrize(
    ("codes", "told"),
    [
        (("EUR", "usd", "EUR"), {"several_currencies": ("EUR", "usd")}),
        (("EUR", "eur", ""), {}),
        (("EUR", "USD", "Lyon"), {}),
    ],
    ids=["two", "one", "no column of codes"],
)
def test_a_column_of_several_currencies_is_told(tmp_path, codes, told):
    header = HEADER.replace("\n", ",paid_in\n")
    rows = (f"{i},C,W,1,5,2024-01-05,{code}\n" for i, code in enumerate(codes))
    assert notices_of(checked(tmp_path, header + "".join(rows))) == told


def test_a_file_that_ends_in_a_row_is_told_to_be_cut_off(tmp_path):
    kept = "".join(f"{i},C,W,1,5,2024-01-05\n" for i in range(9))
    found = checked(tmp_path, f"{HEADER}{kept}9,C,W,1,5.0")
    assert notices_of(found) == {"cut_off": ("9,C,W,1,5.0",)}
    assert [warning.code for warning in found.warnings] == ["cut_off"]


@pytest.mark.parametrize(
    "end",
    [
        "\x1a",
        "9,C,W,1,5,2024-01-05,late",
        "9,C,W,1,5.0\n",
        '9,C,W,1,5,2024-01-05,"said\nyes"',
        "8,C,W,1,5,2024-01-05\n9,C,W,1,5,2024-01-05",
    ],
    ids=[
        "the end mark of DOS",
        "a whole row",
        "a short row",
        "a value of two lines",
        "short rows all along",
    ],
)
def test_a_last_row_that_may_be_whole_is_not_told_to_be_cut_off(tmp_path, end):
    header = HEADER.replace("\n", ",note\n")
    found = checked(tmp_path, f"{header}1,C,W,1,5,2024-01-05,soon\n{end}")
    assert "cut_off" not in notices_of(found)


def test_a_file_with_lone_carriage_returns_is_told_to_be_cut_off(tmp_path):
    rows = f"{HEADER}1,C,W,1,5,2024-01-05\n9,C,W,1,5.0".replace("\n", "\r")
    assert notices_of(checked(tmp_path, rows)) == {"cut_off": ("9,C,W,1,5.0",)}


DATED = [f"2024-01-{day:02}" for day in range(1, 12)]


@pytest.mark.parametrize(
    ("column", "values", "last"),
    [
        ("order_date", DATED[:2], "2024-01-0"),
        ("order_date", DATED[:2], "2024-0"),
        ("order_date", ["2024-01-05 10:00:00", "2024-01-05T10:00:00"], "2024-01-05 10:0"),
        ("note", [f"{i}.50" for i in range(10)], "1"),
        ("note", [f"{i}.50" for i in range(8, 18)], "12.5"),
        ("note", ["delivered", "sent"] * 5, "deliv"),
        ("note", ["delivered", "sent"] * 5, ""),
        ("note", [f"SKU-{i}" for i in range(1000, 1010)], "SKU-10"),
        ("note", [f"{i}" for i in range(1000, 1050)], "104"),
    ],
)
def test_a_file_that_ends_in_a_value_is_told_to_be_cut_off(tmp_path, column, values, last):
    found = ended(tmp_path, column, values, last)
    assert "cut_off" in notices_of(found)
    assert "cut_off" in [warning.code for warning in found.warnings]


@pytest.mark.parametrize(
    ("column", "values", "last"),
    [
        ("order_date", DATED, "2024-01-31"),
        ("order_date", ["2024-01-05 10:00:00", "2024-01-05"], "2024-01-05"),
        ("order_date", DATED, "2024-01-0\n"),
        ("order_date", DATED, "2024-01-0\x1a"),
        ("note", ["5.50", "7.25"] * 2, "7"),
        ("note", ["5.5", "7.25", "8"] * 5, "12"),
        ("note", ["15", "27", "32"] * 5, "4"),
        ("note", ["delivered", "sent"] * 5, "returned"),
        ("note", ["Anna", "Bob"] * 5 + ["Annabel"], "Ann"),
        ("note", ["delivered", ""] * 5, ""),
    ],
)
def test_a_last_value_that_may_be_whole_is_not_told_to_be_cut_off(tmp_path, column, values, last):
    assert "cut_off" not in notices_of(ended(tmp_path, column, values, last))


def ended(tmp_path: Path, column: str, values: list[str], last: str) -> Check:
    """A file of which this is the last column, without a line end behind the last value."""
    header = HEADER if column == "order_date" else HEADER.replace("\n", f",{column}\n")
    start = "C,W,1,5" if column == "order_date" else "C,W,1,5,2024-01-05"
    lines = [f"{i},{start},{value}\n" for i, value in enumerate(values)]
    return checked(tmp_path, f"{header}{''.join(lines)}99,{start},{last}")


@pytest.mark.parametrize("name", HOSTILE)
def test_whatever_a_file_holds_is_told_of(tmp_path, name):
    header = "order_id,order_date,customer_id,product,quantity,price,region\n"
    assert checked(tmp_path, header + HOSTILE[name]).advice is not None


def test_what_is_read_from_its_beginning_only_is_not_told_to_be_cut_off(tmp_path):
    rows = f"{HEADER}1,C,W,1,5,2024-01-05\n9,C,W,1,5.0"
    assert "cut_off" not in notices_of(checked(tmp_path, rows, "orders.csv.gz"))


@pytest.mark.parametrize(
    ("lines", "swallowing"),
    [
        ('2,C,"Hat,1,5,2024-01-05|3,C,Rock",1,5,2024-01-05', "Hat,1,5,2024-01-05\\n3,C,Rock"),
        (
            '2,"C,W,1,5,5 May 2024|3,C,W,1,5,later|4",C,W,1,5',
            "C,W,1,5,5 May 2024\\n3,C,W,1,5,later\\n4",
        ),
        ('2,C,"Hat,1,5,2024-01-05\r3,C,Rock",1,5,2024-01-05', "Hat,1,5,2024-01-05\\n3,C,Rock"),
        (
            '2,C,"Hat,1,5|3,C,W,1,5,2024-01-05|4,C,Rock",1,5,2024-01-05',
            "Hat,1,5\\n3,C,W,1,5,2024-01-05\\n4,C,Rock",
        ),
    ],
    ids=["a row's two halves", "a date in words", "a lone carriage return", "a whole row"],
)
def test_rows_between_two_stray_quotes_are_told_and_warned_of(tmp_path, lines, swallowing):
    rows = lines.replace("|", "\n")
    found = checked(tmp_path, f"{HEADER}1,C,W,1,5,2024-01-05\n{rows}\n")
    assert notices_of(found)["swallowed_rows"] == (swallowing,)
    assert "swallowed_rows" in {warning.code for warning in found.warnings}


@pytest.mark.parametrize(
    "product",
    ["two\nlines, really", "Hat, 1, 5, soon\nRock", "Main St, 5\nSpringfield, IL, 2024-01-05, USA"],
    ids=["a text", "no date in its place", "an address"],
)
def test_a_text_of_several_lines_is_no_row(tmp_path, product):
    found = checked(tmp_path, f'{HEADER}1,C,"{product}",1,5,2024-01-05\n')
    assert not notices_of(found)


def test_a_description_reads_stray_quotes_as_characters(tmp_path):
    path = tmp_path / "orders.csv"
    path.write_text(f'{HEADER}2,C,"Hat,1,5,2024-01-05\n3,C,Rock",1,5,2024-01-05\n')
    found = check(path, Description(quote=""), key=path.name)
    assert (found.rows_out, notices_of(found)) == (2, {})


@pytest.mark.parametrize(
    ("row", "kind", "examples"),
    [
        ("Total,,,5,25.00,2024-01-02", "totals_kept", ("Total",)),
        ("Summe:,C,W,5,25.00,2024-01-02", "totals_kept", ("Summe:",)),
        ("Total 2024,,,5,25.00,2024-12-31", "totals_kept", ("Total 2024",)),
        ("3,Total for C1,,2,5.00,2024-01-13", "totals_kept", ("Total for C1",)),
        ("6,,Grand total,2,5.00,2024-01-13", "totals_kept", ("Grand total",)),
        (",,Total,5,25.00,", "totals_rows", ("Total",)),
        ("Total,,,5,,later", "totals_rows", ("Total",)),
        ("9,C,Colgate Total,5,25.00,2024-01-02", "totals_rows", ("Colgate Total",)),
    ],
    ids=[
        "kept",
        "a German one",
        "of a year",
        "of a customer",
        "in the product's place",
        "without an id",
        "refused for its date",
        "a product",
    ],
)
def test_totals_are_told_by_whether_they_count_as_orders(tmp_path, row, kind, examples):
    found = checked(tmp_path, f"{HEADER}1,C,W,1,5,2024-01-05\n2,C,W,1,5,2024-01-05\n{row}\n")
    assert notices_of(found) == {kind: examples}
    assert [one.code for one in found.warnings if one.code == kind] == (
        ["totals_kept"] if kind == "totals_kept" else []
    )


@pytest.mark.parametrize(
    "word",
    [
        "Gesamtergebnis",
        "Total général",
        "Totale complessivo",
        "Yhteensä",
        "Celkem",
        "Всего",
        "Genel Toplam",
        "小计",
        "총계",
        "الإجمالي",
        "Total (8 orders)",
        "Subtotal: 100",
        "Total 2024-01",
        "Summe Januar",
        "Итого за январь",
        "I alt",
    ],
)
def test_an_id_that_is_a_word_for_totals_is_one(tmp_path, word):
    found = checked(tmp_path, f"{HEADER}1,C,W,1,5,2024-01-05\n{word},,,9,45,2024-01-31\n")
    assert notices_of(found) == {"totals_kept": (word,)}


def test_a_customer_of_that_name_is_one_where_no_order_has_a_product(tmp_path):
    rows = "".join(f"{i},{name},,1,5,2024-01-05\n" for i, name in enumerate(("TOTAL", "BP")))
    assert [one.code for one in checked(tmp_path, HEADER + rows).warnings] == []


def test_two_rows_without_a_line_end_between_them_are_told_and_warned_of(tmp_path):
    rows = "".join(f"{i},C,W,1,5,2024-01-05\n" for i in range(9))
    found = checked(tmp_path, f"{HEADER}{rows[:-1]}{HEADER}{rows}")
    assert "joined_rows" in notices_of(found)
    (warning,) = [one for one in found.warnings if one.code == "joined_rows"]
    assert warning.message.startswith("1 row has 11 fields where the header has 6, as two rows")


@pytest.mark.parametrize("name", ["Net Sales", "Extended Price", "item-price", "Revenue"])
def test_a_name_of_a_whole_row_s_price_is_told_of(tmp_path, name):
    header = HEADER.replace("price", name)
    found = checked(tmp_path, f"{header}1,C,W,2,5.00,2024-01-05\n2,C,W,3,7.50,2024-01-05\n")
    assert "total_as_price" in notices_of(found)


def test_a_price_in_cents_is_not_said_to_look_like_none(tmp_path):
    header = HEADER.replace("price", "price_cents")
    found = checked(tmp_path, f"{header}1,C,W,2,500,2024-01-05\n2,C,W,3,750,2024-01-05\n")
    assert found.advice is not None
    assert found.advice.suggestion is not None
    reasons = [change.because for change in found.advice.suggestion.changes]
    assert reasons == ["price_cents counts in another unit; the price stays empty"]

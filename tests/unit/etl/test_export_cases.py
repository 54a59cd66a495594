"""Files as exports of the world write them, each with the rows that a person reads in it."""

from datetime import datetime
from typing import Any

import pytest

from etl.errors import Refused
from tests.unit.etl.cleaning import run

HEADER = "order_id,customer_id,product,quantity,price,order_date\n"
TAIL = "1,5,2024-01-05\n"


def prices(*texts: str) -> str:
    return HEADER + "".join(f'{i},C,W,1,"{text}",2024-01-05\n' for i, text in enumerate(texts))


def dates(*texts: str) -> str:
    return HEADER + "".join(f"{i},C,W,1,5,{text}\n" for i, text in enumerate(texts))


def days(*texts: str) -> list[datetime]:
    return [datetime.fromisoformat(text) for text in texts]


# The file, its description, a column and what is kept of it.
KEPT: dict[str, tuple[str | bytes, dict[str, Any], str, list[Any]]] = {
    "accounting negative": (prices("(1,234.50)", "($10.00)", "5"), {}, "price", [-1234.5, -10, 5]),
    "currency letters": (
        prices("Rs. 1800", "kr 100", "100 zł", "1,000円", "50 Kč", "RM 12.50", "S$3"),
        {},
        "price",
        [1800, 100, 100, 1000, 50, 12.5, 3],
    ),
    "the Brazilian real": (
        prices("R$ 1.234,56", "R$12,50"),
        {"decimal": ","},
        "price",
        [1234.56, 12.5],
    ),
    "dollars by name": (
        prices("US$32,370.00", "AU $25.00", "HK$5", "C$7.50"),
        {},
        "price",
        [32370, 25, 5, 7.5],
    ),
    "Indian grouping": (
        prices("₹1,50,000.00", "12,34,567", "1,234.50"),
        {},
        "price",
        [150000, 1234567, 1234.5],
    ),
    "decimal comma in a comma file": (
        prices("1.299,99", "12,50"),
        {"decimal": ","},
        "price",
        [1299.99, 12.5],
    ),
    "minus behind and in print": (prices("12.50-", "\u221212.50"), {}, "price", [-12.5, -12.5]),
    "group after a zero": (prices("0,125", "0,500", "7.25"), {}, "price", [7.25]),
    "group after a zero, decimal comma": (
        prices("0.125", "12,50"),
        {"decimal": ","},
        "price",
        [12.5],
    ),
    "undeclared decimal comma": (
        prices("12,50", "7,90", "1.234,50").replace(",C,", ",C1,"),
        {},
        "price",
        [],
    ),
    "thousands in a quantity": (
        HEADER + '1,C,W,"1,000",5,2024-01-05\n2,C,W,2,5,2024-01-05\n',
        {},
        "quantity",
        [1000, 2],
    ),
    "words for missing": (
        HEADER
        + "1,NULL,W,N/A,5,2024-01-05\n"
        + "2,\\N,W,UNKNOWN,ERROR,2024-01-05\n"
        + "3,C,W,2,-,2024-01-05\n",
        {
            "missing": {
                "customer_id": ["NULL", "\\N"],
                "quantity": ["N/A", "UNKNOWN"],
                "price": ["ERROR", "-"],
            }
        },
        "price",
        [5, None, None],
    ),
    "zero lost from a date of digits": (
        dates("01052024", "1052024", "12252024"),
        {"date_formats": ["%m%d%Y"]},
        "order_date",
        days("2024-01-05", "2024-12-25"),
    ),
    "day numbers and Unix times": (
        dates("45296", "45296.4375", "1704412800", "1704412800000"),
        {"date_formats": ["spreadsheet_days", "unix_seconds", "unix_milliseconds"]},
        "order_date",
        days("2024-01-05", "2024-01-05T10:30", "2024-01-05", "2024-01-05"),
    ),
    "ISO beside a declared format": (
        dates("2024-01-05T10:00:00.1234567Z", "2024-01-06", "13/01/2024"),
        {"date_formats": ["%d/%m/%Y", "%Y-%m-%d", "%Y-%m-%dT%H:%M:%S.%f%z"]},
        "order_date",
        days("2024-01-05T10:00:00.123456", "2024-01-06", "2024-01-13"),
    ),
    "Sept": (
        dates("5 Aug 2024", "5 Sept 2024", "5 Oct 2024"),
        {"date_formats": ["%d %b %Y"]},
        "order_date",
        days("2024-08-05", "2024-09-05", "2024-10-05"),
    ),
    "months of other languages": (
        dates("5. Mär 2024", "5 janv. 2024", "05/dez/2024"),
        {"date_formats": ["%d. %b %Y", "%d %b %Y", "%d/%b/%Y"]},
        "order_date",
        days("2024-03-05", "2024-01-05", "2024-12-05"),
    ),
    "UTC in letters": (
        dates("2024-01-05 10:00:00 UTC", "2024-01-05 10:00:00.123 UTC"),
        {},
        "order_date",
        days("2024-01-05T10:00:00", "2024-01-05T10:00:00.123"),
    ),
    "day first, not declared": (dates("13/01/2024", "14/01/2024"), {}, "order_date", []),
    "escaped by backslash": (
        HEADER + f'1,C,"He said \\"hi\\"",{TAIL}2,C,"12\\" pipe, black",{TAIL}3,C,W,{TAIL}',
        {"escape": "\\"},
        "product",
        ['He said "hi"', '12" pipe, black', "W"],
    ),
    "comments": ("# exported\n# by till 7\n" + dates("2024-01-05"), {}, "order_id", ["0"]),
    "titles": (
        "Sales report\nGenerated,2024-01-31\n\n" + dates("2024-01-05", "2024-01-06"),
        {},
        "order_id",
        ["0", "1"],
    ),
    "Excel's line sep=;": (
        "sep=;\n" + dates("2024-01-05").replace(",", ";"),
        {},
        "order_id",
        ["0"],
    ),
    "two byte order marks": ("\ufeff\ufeff" + dates("2024-01-05"), {}, "order_id", ["0"]),
    "a mark between joined files": (
        f"\ufeff{HEADER}1,C,W,{TAIL}\ufeff2,C,W,{TAIL}2,C,W,{TAIL}",
        {},
        "order_id",
        ["1", "2"],
    ),
    "ids as text formulas": (
        HEADER + f'"=""0001""",C,W,{TAIL}0001,C,W,{TAIL}',
        {},
        "order_id",
        ["0001"],
    ),
    "a further column twice": (
        HEADER.strip() + ",note,note\n" + "1,C,W,1,5,2024-01-05,a,b\n",
        {},
        "note_2",
        ["b"],
    ),
    "blanks before quotes": (
        HEADER + '1, "C1", "a, b", 1, 5, 2024-01-05\n2, "C2", "ab", 1, 5, 2024-01-05\n',
        {},
        "product",
        ["a, b", "ab"],
    ),
    "last cells left out": (
        HEADER.strip() + ",note\n1,C,W,1,5,2024-01-05,n1\n2,C,W,1,5,2024-01-06\n",
        {},
        "note",
        ["n1", None],
    ),
    "a delimiter behind every row": (
        HEADER + "1,C,W,1,5,2024-01-05,\n2,C,W,1,5,2024-01-06,\n",
        {},
        "order_id",
        ["1", "2"],
    ),
    "order lines": (
        HEADER + "A,C,Pen,1,5,2024-01-05\nA,C,Ink,2,7,2024-01-05\nA,C,Pen,1,5,2024-01-05\n",
        {"key": ["order_id", "product"]},
        "product",
        ["Pen", "Ink"],
    ),
}

# The file, its description, the reason and what the message must say.
REFUSED: dict[str, tuple[str, dict[str, Any], str, str]] = {
    "a described column that is absent": (
        HEADER.replace("price", "Unit_Price,price") + "1,C,W,3,5,15,2024-01-05\n",
        {"columns": {"Unit Price": "price"}},
        "missing_column",
        "Unit Price",
    ),
    "a backslash that nobody described": (
        HEADER + f'1,C,"He said \\"hi\\"",{TAIL}',
        {},
        "escaped_quote",
        "Line 2.*escape",
    ),
    "rows with one value more": (
        HEADER + "1,C,W,1,5,2024-01-05,x\n2,C,W,1,5,2024-01-06,y\n",
        {},
        "wrong_width",
        "7 fields, the header 6",
    ),
    "one column of the six twice": (
        HEADER.strip() + ",price\n1,C,W,1,5,2024-01-05,6\n",
        {},
        "duplicate_column",
        "price",
    ),
}


@pytest.mark.parametrize("case", KEPT)
@pytest.mark.parametrize("chunk_bytes", [8 << 20, 23])
def test_export_keeps_the_rows_that_a_person_reads(case, chunk_bytes):
    content, described, column, values = KEPT[case]

    written = run(content, chunk_bytes=chunk_bytes, **described)

    assert [row[column] for row in written.rows] == values


@pytest.mark.parametrize("case", REFUSED)
def test_export_that_may_mean_something_else_is_refused(case):
    content, described, reason, words = REFUSED[case]

    with pytest.raises(Refused, match=words) as refused:
        run(content, **described)

    assert refused.value.reason == reason

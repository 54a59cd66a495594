"""Strategies for the files that real shops send on bad days."""

from hypothesis import strategies as st

HEADER = ["order_id", "order_date", "customer_id", "product", "quantity", "price", "region"]

BLANKED = st.sampled_from(["", " ", "\t", "\u00a0", "  "])
TEXT = st.text(st.characters(codec="utf-8", exclude_characters='\r\n",;'), max_size=6)
IDS = st.one_of(
    st.sampled_from(["1", "01", "1.0", " 1 ", "A7", "a7", "1E5", "100000", "", "9007199254740993"]),
    st.sampled_from(["9007199254740992", "order_id", "NA", "null", "é", "\u00a07", "7\0", "7"]),
    st.integers(1, 12).map(str),
    st.sampled_from(['="0001"', "0001", "\ufeff7", "7\u200b", "\u00ad", '="a""b"', "=1+1"]),
    st.text("abc", min_size=60, max_size=80),
    BLANKED,
)
QUANTITIES = st.one_of(
    st.integers(-3, 9).map(str),
    st.sampled_from(
        ["", "3.0", "3.5", "1e2", "1e-2", "inf", "nan", "True", "NA", "+4", "-0", "５"]
    ),
    st.sampled_from(
        ["9223372036854775807", "9223372036854775808", "1e999", "1,200", ".", "5.", "2 "]
    ),
    st.sampled_from(["1,20", "0,125", "12,34,567", "(3)", "3-", "\u22123", "(-3)", "--3", "+ 3"]),
    TEXT,
)
PRICES = st.one_of(
    st.decimals(-10, 10_000, places=2).map(str),
    st.sampled_from(["", "$5.00", "1,200", "1,200.50", "1.200,50", "12,50", "€ 3", "3 EUR", "-$4"]),
    st.sampled_from(["(1,234.50)", "($10)", "$(10)", "12.50-", "\u221212.50", "12.-", "-5-", "(5"]),
    st.sampled_from(["US$32,370.00", "$5 USD", "€5 USD", "kr 1", "7 zł", "1,000円", "Rs. 5-"]),
    st.sampled_from(["0,125", "00,125", "1,50,000.00", "12,34,567", "1,5,000", "50¢", "5 k"]),
    st.sampled_from(["1'000", "1 000.5", "1e400", "inf", "nan", "abc", "$", "$5 USD", "- 5", "-0"]),
    TEXT,
)
DATES = st.one_of(
    st.dates().map(str),
    st.dates(min_value=__import__("datetime").date(2023, 12, 1)).map(str),
    st.sampled_from(["2024-01-05", "2024-02-29", "2023-02-29", "2024-06-31", "2024/06/30", ""]),
    st.sampled_from(["2024-01-05T10:00:00+02:00", "2024-01-05 00:30Z", "2024-01-05T10:00:00.25"]),
    st.sampled_from(["2024-01-05 10:00 UTC", "2024-01-05 10:00:00.5utc", "2024-01-05 10:00 EST"]),
    st.sampled_from(["now", "20240105", "05-01-2024", "13/01/2024", "2024-1-5", " 2024-01-06 "]),
    st.sampled_from(["0000-00-00", "1899-12-31", "2100-12-31", "2101-01-01", "２０２４-01-05"]),
    st.datetimes().map(lambda moment: moment.isoformat()),
    st.datetimes().map(lambda moment: moment.isoformat(" ", "seconds")),
    st.sampled_from(["2024-02-30 10:00:00", "2024-02-29T24:00:00", "2024-01-05 23:60:00"]),
    TEXT,
)
REGIONS = st.one_of(
    st.sampled_from(["north", '="07"', "\u200b", "", "a,b", 'say "hi"', "two\nlines", "x\r\ny"]),
    TEXT,
)

CELLS = [IDS, DATES, IDS, REGIONS, QUANTITIES, PRICES, REGIONS]


@st.composite
def rows(draw: st.DrawFn) -> list[str]:
    fields = [draw(cell) for cell in CELLS]
    cut = draw(st.sampled_from([7] * 12 + [6, 8, 1]))
    return [*fields, "more"][:cut]


@st.composite
def lines(draw: st.DrawFn, delimiter: str = ",") -> str:
    kind = draw(st.sampled_from(["row"] * 14 + ["header", "blank", "junk"]))
    if kind == "header":
        return delimiter.join(HEADER)
    if kind == "blank":
        return draw(st.sampled_from(["", "  ", "\t"]))
    if kind == "junk":
        return draw(st.text('ab1"' + delimiter + " ", max_size=12))
    quoting = draw(st.booleans())
    return delimiter.join(_cell(value, delimiter, always=quoting) for value in draw(rows()))


def _cell(value: str, delimiter: str, *, always: bool) -> str:
    if always or any(char in value for char in delimiter + '"\r\n'):
        return '"' + value.replace('"', '""') + '"'
    return value


@st.composite
def files(draw: st.DrawFn, delimiter: str = ",") -> str:
    end = draw(st.sampled_from(["\n", "\n", "\r\n", "\r"]))
    body = draw(st.lists(lines(delimiter), max_size=14))
    last = draw(st.sampled_from(["", end]))
    return end.join([delimiter.join(HEADER), *body]) + last


def raw_bodies() -> st.SearchStrategy[str]:
    """Anything at all after a good header: the reader's own fuzz."""
    return st.text(st.sampled_from(list('a1", \r\n\t')), max_size=60)

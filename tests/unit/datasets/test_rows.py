"""GET /datasets/{name}/rows: filters, order, pages, versions."""

import json
import random
from datetime import datetime, timedelta

import pyarrow as pa
import pytest

N = 1000
WORDS = ["Widget", "Gadget", "Thing", None]


@pytest.fixture(scope="module")
def rows():
    numbers = random.Random(7)
    first = datetime(2026, 1, 1)
    return [
        {
            "order_id": f"{number:05d}",
            "product": numbers.choice(WORDS),
            "quantity": numbers.randrange(-1, 6),
            "price": None if numbers.random() < 0.1 else round(numbers.random() * 100, 2),
            "order_date": first + timedelta(days=number * 300 // N),
            "a>b, c": str(numbers.randrange(3)),
        }
        for number in range(N)
    ]


SCHEMA = pa.schema(
    [
        ("order_id", pa.string()),
        ("product", pa.string()),
        ("quantity", pa.int64()),
        ("price", pa.float64()),
        ("order_date", pa.timestamp("us")),
        ("a>b, c", pa.string()),
    ]
)


@pytest.fixture(scope="module", autouse=True)
def published(processed, rows):
    table = pa.Table.from_pylist(rows, schema=SCHEMA)
    processed.publish("2026/orders.csv", "2026/orders/", table)
    return table


def ids(call, **query):
    """The order ids of all pages."""
    found, cursor = [], None
    while True:
        given = query | ({"cursor": cursor} if cursor else {})
        answer = call("/datasets/2026/orders/rows", columns="order_id", limit=97, **given)
        assert answer.status == 200, answer.text
        found += [row["order_id"] for row in answer.json()["items"]]
        cursor = answer.json()["next_cursor"]
        if cursor is None:
            return found


def test_all_pages_together_are_the_dataset_in_the_order_of_the_file(call, rows):
    assert ids(call) == [row["order_id"] for row in rows]


@pytest.mark.parametrize(
    ("where", "holds"),
    [
        ("price>50", lambda r: r["price"] is not None and r["price"] > 50),
        ("price <= 12.5", lambda r: r["price"] is not None and r["price"] <= 12.5),
        ("quantity=-1", lambda r: r["quantity"] == -1),
        ("product=Widget", lambda r: r["product"] == "Widget"),
        ("product!=Widget", lambda r: r["product"] not in ("Widget", None)),
        ("product~GET", lambda r: "get" in (r["product"] or "").lower()),
        ("product contains hin", lambda r: "hin" in (r["product"] or "")),
        ("product!~get", lambda r: r["product"] is not None and "get" not in r["product"]),
        ("product=", lambda r: r["product"] is None),
        ("price!=", lambda r: r["price"] is not None),
        ("order_date=2026-02", lambda r: r["order_date"].month == 2),
        ("order_date=2026-02-03", lambda r: r["order_date"] == datetime(2026, 2, 3)),
        ("order_date>2026-02", lambda r: r["order_date"] >= datetime(2026, 3, 1)),
        ("order_date<=2026-02", lambda r: r["order_date"] < datetime(2026, 3, 1)),
        ("order_date>=2026-02-03T00:00:00Z", lambda r: r["order_date"] >= datetime(2026, 2, 3)),
        ("order_date!=2026", lambda _: False),
        ("a>b, c=2", lambda r: r["a>b, c"] == "2"),
    ],
)
def test_a_filter_finds_exactly_the_rows_for_which_it_holds(call, rows, where, holds):
    assert ids(call, where=where) == [row["order_id"] for row in rows if holds(row)]


def test_of_several_filters_all_hold(call, rows):
    expected = [r["order_id"] for r in rows if r["product"] == "Widget" and r["quantity"] > 3]
    assert ids(call, where=["product=Widget", "quantity>3"]) == expected


@pytest.mark.parametrize(
    ("order", "key"),
    [
        ("price", lambda r: (r["price"] is None, r["price"] or 0)),
        ("-price", lambda r: (r["price"] is None, -(r["price"] or 0))),
        ("-quantity,price", lambda r: (-r["quantity"], r["price"] is None, r["price"] or 0)),
        ("product", lambda r: (r["product"] is None, r["product"] or "")),
        ("a>b, c,-order_date", lambda r: (r["a>b, c"], -r["order_date"].timestamp())),
    ],
)
def test_pages_in_an_order_hold_every_row_once_missing_values_last(call, rows, order, key):
    assert ids(call, order=order) == [row["order_id"] for row in sorted(rows, key=key)]


def test_a_page_says_its_columns_and_how_many_rows_there_are(call, rows):
    answer = call(
        "/datasets/2026/orders/rows",
        columns="price,order_date",
        where="product=Thing",
        order="price",
        limit=1,
    ).json()
    cheapest = min(
        (r for r in rows if r["product"] == "Thing" and r["price"] is not None),
        key=lambda r: r["price"],
    )
    assert answer["items"] == [
        {"price": cheapest["price"], "order_date": f"{cheapest['order_date']:%Y-%m-%d}"}
    ]
    assert answer["columns"] == [
        {"name": "price", "type": "number"},
        {"name": "order_date", "type": "date"},
    ]
    assert answer["total"] == N
    assert answer["matched"] == sum(r["product"] == "Thing" for r in rows)


@pytest.mark.parametrize(
    ("query", "parameter", "words"),
    [
        ({"where": "prise>3"}, "where", "no column 'prise'"),
        ({"where": "price"}, "where", "COLUMN OPERATOR VALUE"),
        ({"where": "price>cheap"}, "where", "not a number"),
        ({"where": "price>nan"}, "where", "not a number"),
        ({"where": "quantity>2.5"}, "where", "not a whole number"),
        ({"where": "quantity=99999999999999999999"}, "where", "is more than a whole number"),
        ({"where": "quantity~2"}, "where", "is for texts"),
        ({"where": "order_date=yesterday"}, "where", "not a date"),
        ({"where": "order_date=2026-02-30"}, "where", "not a date"),
        ({"where": "order_date=9999"}, "where", "not a date of the years 1 to 9998"),
        ({"order": "cost"}, "order", "no column 'cost'"),
        ({"order": "price,-cost"}, "order", "no column 'cost'"),
        ({"order": "price,price"}, "order", "twice"),
        ({"columns": "price,cost"}, "columns", "no column 'cost'"),
        ({"columns": "price,product, price"}, "columns", "'price' is given twice"),
        ({"by": "price"}, "by", "known are columns, cursor"),
        ({"where": "Price>3"}, "where", "did you mean 'price'?"),
        ({"limit": "0"}, "limit", "greater"),
        ({"limit": "1_0"}, "limit", "must be a whole number, in digits"),
        ({"limit": "1.0"}, "limit", "in digits"),
        ({"limit": " 1"}, "limit", "in digits"),
        ({"order": ""}, "order", "at least 1"),
        ({"order": " "}, "order", "no column ''"),
        ({"order": "price,"}, "order", "no column ''"),
        ({"cursor": ""}, "cursor", "at least 1"),
        ({"limit": "1001"}, "limit", "at most 1,000 as JSON"),
        ({"limit": ["1", "2"]}, "limit", "more than once"),
        ({"cursor": "mine"}, "cursor", "not a cursor"),
        ({"wher": "price>3"}, "wher", "not known"),
    ],
)
def test_a_wrong_parameter_is_named(call, query, parameter, words):
    answer = call("/datasets/2026/orders/rows", **query)
    assert answer.status == 422
    assert answer.headers["content-type"] == "application/problem+json"
    (fault,) = answer.json()["errors"]
    assert fault["parameter"] == parameter
    assert words in fault["detail"]
    assert answer.json()["detail"] == f"{parameter}: {fault['detail']}"


def test_csv_has_the_cells_of_the_processed_file(call, rows):
    answer = call(
        "/datasets/2026/orders/rows",
        headers={"accept": "text/csv"},
        columns="order_id,price,order_date,a>b",
    )
    assert answer.status == 422  # a comma parts names of columns
    answer = call("/datasets/2026/orders/rows", format="csv", columns="order_id,price,order_date")
    price = rows[0]["price"]
    assert answer.text.splitlines()[:2] == [
        "order_id,price,order_date",
        f"00000,{'' if price is None else f'{price:g}'},2026-01-01",
    ]
    assert len(answer.text.splitlines()) == N + 1
    assert answer.headers["content-type"].startswith("text/csv")
    assert "orders-rows.csv" in answer.headers["content-disposition"]


@pytest.mark.parametrize(
    ("columns", "names"),
    [
        ("note, old", ["note, old"]),
        (" order_id , note, old,-x", ["order_id", "note, old", "-x"]),
        ("note,order_id", ["note", "order_id"]),
    ],
)
def test_a_column_whose_name_has_a_comma_is_chosen_and_ordered_by(call, processed, columns, names):
    table = pa.table({name: ["b", "a"] for name in ("order_id", "note", "note, old", "-x")})
    processed.publish("commas.csv", "commas/", table)

    answer = call("/datasets/commas/rows", columns=columns, order="note, old,-order_id,-x")

    assert answer.json()["items"] == [dict.fromkeys(names, text) for text in "ab"]


def test_a_cursor_of_a_replaced_version_says_so(call, processed):
    table = pa.table({"order_id": ["1", "2"]})
    processed.publish("moving.csv", "moving/", table)
    cursor = call("/datasets/moving/rows", limit=1).json()["next_cursor"]
    processed.publish("moving.csv", "moving/", table.slice(1))

    answer = call("/datasets/moving/rows", limit=1, cursor=cursor)

    assert answer.status == 409
    assert answer.json()["type"] == "urn:problem:dataset-changed"


def test_files_are_read_in_the_version_of_the_report(call, processed):
    processed.publish("half.csv", "half/", pa.table({"order_id": ["1"]}))
    # The next run has written its Parquet and not yet its report.
    processed.put("half/processed_output.parquet", b"PAR1 of another run")

    assert call("/datasets/half/rows").json()["items"] == [{"order_id": "1"}]


def test_a_refused_file_shows_the_rows_of_the_last_good_one(call, processed):
    report = processed.publish("worse.csv", "worse/", pa.table({"order_id": ["1"]}))
    good = {"outputs": report["outputs"], "rows_out": 1}
    refused = {"status": "refused", "source": report["source"], "last_good": good}
    processed.put("worse/report.json", json.dumps(refused).encode())

    answer = call("/datasets/worse/rows").json()

    assert answer["status"] == "refused"
    assert answer["items"] == [{"order_id": "1"}]


def test_the_same_rows_look_the_same_after_a_refused_file(call, processed):
    days = pa.array([datetime(2025, 1, 1)], pa.timestamp("us"))
    report = processed.publish("same.csv", "same/", pa.table({"order_date": days}))
    calls = [("rows", {}), ("rows", {"format": "csv"}), ("rejected", {})]
    before = [call(f"/datasets/same/{what}", **query) for what, query in calls]
    kept = {name: report[name] for name in ("outputs", "rows_out", "duplicates", "rejected")}
    good = kept | {"csv_dates": report["reading"]["csv_dates"]}
    refused = {"status": "refused", "source": report["source"], "last_good": good}
    processed.put("same/report.json", json.dumps(refused).encode())

    after = [call(f"/datasets/same/{what}", **query) for what, query in calls]

    assert after[0].json()["items"] == [{"order_date": "2025-01-01"}]
    told = [answer.json() | {"status": ""} for answer in (*before[::2], *after[::2])]
    assert told[:2] == told[2:]
    assert after[1].text == before[1].text


def test_a_dataset_without_rows_says_why(call, processed):
    processed.put(
        "none/report.json",
        b'{"status": "refused", "source": {"key": "none.csv"},'
        b' "refusal": {"message": "The file is empty."}}',
    )
    answer = call("/datasets/none/rows")
    assert answer.status == 409
    assert answer.json()["type"] == "urn:problem:dataset-not-readable"
    assert "The file is empty." in answer.json()["detail"]


@pytest.mark.parametrize("path", ["/datasets/no/such/rows", "/datasets/../rows"])
def test_an_unknown_dataset_is_not_found(call, path):
    assert call(path).json()["type"] == "urn:problem:dataset-not-found"


def test_head_is_answered_as_get_without_a_body(call):
    answer = call("/datasets/2026/orders/rows", method="HEAD")
    assert (answer.status, answer.text) == (200, "")


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("DELETE", "/datasets/2026/orders/rows", "GET, HEAD, OPTIONS"),
        ("GET", "/datasets/2026/orders/query", "POST, OPTIONS"),
        ("GET", "/datasets/query/query", "POST, OPTIONS"),
        ("PUT", "/datasets/checks", "GET, HEAD, POST, OPTIONS"),
    ],
)
def test_another_method_is_refused_and_the_right_ones_named(call, method, path, allow):
    answer = call(path, method=method)
    assert (answer.status, answer.headers["allow"]) == (405, allow)

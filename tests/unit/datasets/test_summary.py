"""GET /datasets/{name}/summary against the same sums in plain Python."""

import random
from collections import defaultdict
from datetime import datetime, timedelta

import pyarrow as pa
import pytest

N = 2000


@pytest.fixture(scope="module")
def rows():
    numbers = random.Random(11)
    return [
        {
            "order_id": str(number),
            "customer_id": f"C{numbers.randrange(40)}",
            "product": numbers.choice(["Widget", "Gadget", None]),
            "quantity": numbers.randrange(-1, 6),
            "price": None if numbers.random() < 0.1 else round(numbers.random() * 100, 2),
            "order_date": datetime(2025, 12, 20) + timedelta(hours=number),
        }
        for number in range(N)
    ]


@pytest.fixture(scope="module", autouse=True)
def published(processed, rows):
    processed.publish("s.csv", "s/", pa.Table.from_pylist(rows), row_group_size=170)


MEASURES = {
    "count": len,
    "quantity": lambda rows: sum(r["quantity"] for r in rows),
    "revenue": lambda rows: sum(r["quantity"] * r["price"] for r in rows if r["price"] is not None),
    "avg_price": lambda rows: mean([r["price"] for r in rows if r["price"] is not None]),
    "min_price": lambda rows: min(r["price"] for r in rows if r["price"] is not None),
    "max_price": lambda rows: max(r["price"] for r in rows if r["price"] is not None),
    "avg_quantity": lambda rows: mean([r["quantity"] for r in rows]),
    "customers": lambda rows: len({r["customer_id"] for r in rows}),
}
KEYS = {
    "day": lambda r: f"{r['order_date']:%Y-%m-%d}",
    "month": lambda r: f"{r['order_date']:%Y-%m}",
    "year": lambda r: f"{r['order_date']:%Y}",
    "weekday": lambda r: r["order_date"].isoweekday(),
    "product": lambda r: r["product"],
    "customer": lambda r: r["customer_id"],
    "column:quantity": lambda r: r["quantity"],
}


def mean(values):
    return sum(values) / len(values)


def grouped(rows, key):
    groups = defaultdict(list)
    for row in rows:
        groups[key(row)].append(row)
    return groups


@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize("by", KEYS)
def test_each_group_has_the_measure_of_its_rows(call, rows, by, measure, monkeypatch):
    monkeypatch.setattr("datasets.summary.groups._ROWS_AT_ONCE", 400)
    answer = call("/datasets/s/summary", by=by, measure=measure, limit=1000)
    assert answer.status == 200, answer.text
    expected = grouped(rows, KEYS[by])
    items = {item["key"]: item for item in answer.json()["items"]}
    assert items.keys() == expected.keys()
    for key, members in expected.items():
        assert items[key]["value"] == pytest.approx(MEASURES[measure](members))
        assert items[key]["rows"] == len(members)
    assert answer.json()["rows"] == N


def test_months_rise_and_products_fall_by_their_value(call, rows):
    months = [item["key"] for item in call("/datasets/s/summary").json()["items"]]
    assert months == sorted(months)
    values = [item["value"] for item in call("/datasets/s/summary", by="customer").json()["items"]]
    assert values == sorted(values, reverse=True)


def test_from_and_to_include_their_whole_days_and_months(call, rows):
    query = {"from_": "2026-01-05", "to": "2026-02", "by": "year"}
    (item,) = call("/datasets/s/summary", **query).json()["items"]
    first, after = datetime(2026, 1, 5), datetime(2026, 3, 1)
    assert item["value"] == sum(first <= r["order_date"] < after for r in rows)


def test_a_summary_without_rows_has_no_groups(call):
    answer = call("/datasets/s/summary", where="product=Nothing", measure="revenue").json()
    assert (answer["items"], answer["groups"], answer["rows"]) == ([], 0, 0)


def test_more_groups_than_are_allowed_are_refused(call, monkeypatch):
    monkeypatch.setattr("datasets.summary.groups.MAX_GROUPS", 100)
    answer = call("/datasets/s/summary", by="order_id")
    assert answer.status == 422
    assert answer.json()["type"] == "urn:problem:over-limits"


def test_a_summary_comes_as_csv_too(call, rows):
    answer = call("/datasets/s/summary", by="year", measure="quantity", format="csv")
    assert answer.text.splitlines()[0] == "year,quantity,rows"
    assert len(answer.text.splitlines()) == 3


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ({"by": "color"}, "by"),
        ({"measure": "profit"}, "measure"),
        ({"from_": "soon"}, "from"),
        ({"to": "2026-13"}, "to"),
        ({"order": "rows"}, "order"),
        ({"from_": "2026-02", "to": "2026-01-31"}, "from"),
    ],
)
def test_a_wrong_parameter_is_named(call, query, parameter):
    answer = call("/datasets/s/summary", **query)
    assert answer.status == 422
    assert answer.json()["errors"][0]["parameter"] == parameter


def test_sums_of_money_end_in_no_dust(call, processed):
    rows = [
        {"order_id": str(n), "customer_id": "c", "product": product, "quantity": quantity,
         "price": price, "order_date": datetime(2026, 1, 1)}
        for n, (product, quantity, price) in enumerate(
            [("a", 3, 0.1)] * 3 + [("b", 1, 19.99)] * 7 + [("c", -1, 1e300), ("d", 3, 0.00001)]
        )
    ]  # fmt: skip
    processed.publish("money.csv", "money/", pa.Table.from_pylist(rows))

    def values(measure):
        items = call("/datasets/money/summary", by="product", measure=measure).json()["items"]
        return {item["key"]: item["value"] for item in items}

    assert values("revenue") == {"a": 0.9, "b": 139.93, "c": -1e300, "d": pytest.approx(3e-5)}
    assert values("avg_price") == {"a": 0.1, "b": 19.99, "c": 1e300, "d": pytest.approx(1e-5)}

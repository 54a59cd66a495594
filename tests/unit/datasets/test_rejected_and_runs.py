"""GET /datasets/{name}/rejected and /runs."""

import csv
import io
import json

import pyarrow as pa
import pytest

REASONS = ["invalid_price", "missing_order_id", "duplicate_exact"]
DROPPED = [
    [str(number * 2), REASONS[number % 3], f"d{number}", f'{number};"a, {number}"\nmore\r\nlines é']
    for number in range(50)
]

READS = ("", "/rows", "/rejected", "/summary", "/parts")


@pytest.fixture(scope="module", autouse=True)
def published(processed):
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerows([["line", "reason", "detail", "original"], *DROPPED])
    processed.publish(
        "bad.csv",
        "bad/",
        pa.table({"order_id": ["1"]}),
        rejected=text.getvalue().encode(),
        duplicates=17,
    )


def pages(call, **query):
    found, cursor = [], None
    while True:
        answer = call("/datasets/bad/rejected", **query, **({"cursor": cursor} if cursor else {}))
        assert answer.status == 200, answer.text
        found += answer.json()["items"]
        cursor = answer.json()["next_cursor"]
        if cursor is None:
            return found


def as_items(rows):
    names = ("line", "reason", "detail", "original")
    return [{**dict(zip(names, row, strict=True)), "line": int(row[0])} for row in rows]


@pytest.mark.parametrize("limit", [1, 7, 50, 1000])
def test_pages_hold_every_dropped_row_with_its_original_text(call, limit):
    assert pages(call, limit=limit) == as_items(DROPPED)


def test_rows_are_found_by_their_reasons_and_by_their_text(call):
    prices = [row for row in DROPPED if row[1] in REASONS[:2]]
    assert pages(call, reason=REASONS[:2], limit=9) == as_items(prices)
    sevens = [row for row in DROPPED if "A, 7" in row[3].upper()]
    assert pages(call, contains="A, 7") == as_items(sevens)


@pytest.mark.parametrize(
    ("call_of", "query", "detail"),
    [
        ("rejected", {"reason": "invalid_prize"}, "must be 'malformed_row', 'repeated_header', "),
        ("rejected", {"resaon": "x"}, "known are contains, cursor, format, limit, reason"),
        (
            "summary",
            {"form": "2026"},
            "known are by, format, from, limit, measure,",
        ),
        ("rejected", {"limit": 1001}, "must be at most 1,000 as JSON; CSV takes up to 50,000"),
        ("summary", {"order": "rows"}, "must be 'key', '-key', 'value' or '-value'"),
        ("runs", {"format": "csv"}, "known are cursor, id, limit"),
        ("runs", {"id": "latest"}, "must look like 20261126T101500Z-3f9c01d2ab45"),
        ("", {"format": "csv"}, "is not known here; the call takes none"),
        ("rows", {"format": "xml"}, "must be 'csv' or 'json'"),
    ],
)
def test_what_a_call_does_not_know_is_refused_naming_what_it_knows(call, call_of, query, detail):
    answer = call(f"/datasets/bad/{call_of}", **query)
    (fault,) = answer.json()["errors"]
    assert (answer.status, fault["parameter"]) == (422, *query)
    assert detail in fault["detail"]


def test_every_answer_names_the_same_version_of_a_dataset(call):
    query = {"/summary": {"by": "order_id"}}
    answers = [call(f"/datasets/bad{one}", **query.get(one, {})).json() for one in READS]
    assert len({answer["version"] for answer in answers}) == 1
    assert {answer["status"] for answer in answers} == {"succeeded"}


def test_dropped_rows_come_as_csv_too(call):
    answer = call("/datasets/bad/rejected", format="csv", limit=2)
    assert list(csv.reader(io.StringIO(answer.text, newline="")))[1:] == DROPPED[:2]
    assert "next-cursor" in answer.headers


def test_runs_are_listed_the_newest_first_and_opened_by_their_id(call, processed):
    for day in range(1, 6):
        report = {"status": "succeeded", "rows_in": day, "source": {"key": "bad.csv"}}
        processed.put(
            f"bad/runs/2026010{day}T000000Z-00000000000{day}.json", json.dumps(report).encode()
        )
    processed.put("bad/runs/readme.txt", b"not a run")

    first = call("/datasets/bad/runs", limit=3).json()
    rest = call("/datasets/bad/runs", limit=3, cursor=first["next_cursor"]).json()

    assert [run["rows_in"] for run in first["items"] + rest["items"]] == [5, 4, 3, 2, 1]
    assert rest["next_cursor"] is None
    one = call("/datasets/bad/runs", id=first["items"][0]["id"]).json()
    assert one["report"]["rows_in"] == 5


def test_a_run_that_is_not_there_is_not_found(call):
    answer = call("/datasets/bad/runs", id="20250101T000000Z-000000000009")
    assert answer.status == 404
    assert answer.json()["type"] == "urn:problem:run-not-found"


def test_opened_dataset_says_from_which_key_it_is_and_whose_place_it_took(call, processed):
    report = {"source": {"key": "col.csv"}, "status": "refused", "replaced_key": "col/raw.csv"}
    processed.put("col/report.json", json.dumps(report).encode())

    opened = call("/datasets/col/raw").json()

    assert (opened["name"], opened["source_key"]) == ("col", "col.csv")
    assert [notice["code"] for notice in opened["notices"]] == ["another_source", "replaced"]

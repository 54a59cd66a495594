"""A dataset that the Spark job left in parts, read as the one that it is."""

import io
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import requests

HEADER = b"line,reason,detail,original\n"
PIECES = [["1", "2", "3"], ["4"], ["5", "6"]]


def publish_parts(processed, source_key, prefix):
    parts = []
    for number, ids in enumerate(PIECES):
        sink = io.BytesIO()
        pq.write_table(pa.table({"order_id": ids}), sink)
        lines = "".join(f"{i}\n" for i in ids).encode()
        dropped = f"{number + 2},invalid_price,d,{number}\n".encode()
        place = f"{prefix}parts/0123456789ab/part-{number:05}"
        first = number == 0
        parts.append(
            {
                "csv": processed.put(f"{place}.csv", (b"order_id\n" if first else b"") + lines),
                "parquet": processed.put(f"{place}.parquet", sink.getvalue()),
                "rejected": processed.put(
                    f"{place}-rejected.csv", (HEADER if first else b"") + dropped
                ),
                "rows": len(ids),
                "dropped": 1,
            }
        )
    report = {
        "status": "succeeded",
        "source": {"key": source_key},
        "rows_out": 6,
        "duplicates": 0,
        "rejected": 3,
        "reading": {"csv_dates": "date"},
        "parts": parts,
    }
    processed.put(f"{prefix}report.json", json.dumps(report).encode())
    return report


@pytest.fixture(scope="module", autouse=True)
def published(processed):
    publish_parts(processed, "large.csv", "large/")


def test_rows_of_all_parts_come_in_their_order(call):
    first = call("/datasets/large/rows", limit=4).json()
    rest = call("/datasets/large/rows", limit=4, cursor=first["next_cursor"]).json()

    found = [item["order_id"] for item in first["items"] + rest["items"]]
    assert found == ["1", "2", "3", "4", "5", "6"]
    assert (first["total"], rest["next_cursor"]) == (6, None)


@pytest.mark.parametrize("limit", [1, 2, 50])
def test_dropped_rows_of_all_parts_come_in_pages(call, limit):
    lines, cursor = [], {}
    while True:
        page = call("/datasets/large/rejected", limit=limit, **cursor).json()
        lines += [item["line"] for item in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}
    assert lines == [2, 3, 4]


def test_files_one_after_the_other_are_the_whole_csv(call):
    items, start = [], 0
    while start is not None:
        page = call("/datasets/large/parts", limit=2, start=start).json()
        items += page["items"]
        start = page["next_start"]

    assert [(item["number"], item["rows"]) for item in items] == [(0, 3), (1, 1), (2, 2)]
    whole = b"".join(requests.get(item["csv"]["url"], timeout=30).content for item in items)
    assert whole == b"order_id\n1\n2\n3\n4\n5\n6\n"
    named = requests.get(items[1]["parquet"]["url"], timeout=30).headers["Content-Disposition"]
    assert named.endswith("large-part-00001.parquet")


def test_dataset_of_one_function_has_no_parts(call, processed):
    processed.publish("small.csv", "small/", pa.table({"order_id": ["1"]}))

    answer = call("/datasets/small/parts").json()

    assert (answer["items"], answer["total"], answer["next_start"]) == ([], 0, None)


def test_rows_of_the_last_good_parts_are_shown_while_a_newer_file_is_processed(call, processed):
    good = publish_parts(processed, "next.csv", "next/")
    last_good = {"rows_out": 6, "outputs": {}, "parts": good["parts"]}
    claim = {"status": "processing", "source": {"key": "next.csv"}, "last_good": last_good}
    processed.put("next/report.json", json.dumps(claim).encode())

    answer = call("/datasets/next/rows").json()

    assert (answer["status"], len(answer["items"])) == ("processing", 6)


def test_first_rows_of_a_large_file_are_said_to_be_at_work_on(call, processed):
    claim = {"status": "processing", "source": {"key": "larger.csv"}}
    processed.put("larger/report.json", json.dumps(claim).encode())

    answer = call("/datasets/larger/rows")

    assert answer.status == 409
    assert answer.json()["detail"] == "A run is at work (processing), and no earlier rows are left."

"""Datasets over a real S3 server: lists, reports, downloads, uploads."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import quote
from urllib.request import Request, urlopen

import pytest

from api.datasets.s3 import S3Datasets
from api.datasets.service import DatasetService
from api.settings import Settings
from tests.api_client import ApiClient
from tests.integration.api.conftest import MakeApi


@pytest.fixture
def processed(s3: Any, settings: Settings) -> Any:
    """Puts an object into the processed bucket; both buckets start empty."""
    for bucket in (settings.landing_bucket, settings.processed_bucket):
        for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
            for item in page.get("Versions", []) + page.get("DeleteMarkers", []):
                s3.delete_object(Bucket=bucket, Key=item["Key"], VersionId=item["VersionId"])

    def put(key: str, body: bytes) -> str:
        answer = s3.put_object(Bucket=settings.processed_bucket, Key=key, Body=body)
        return answer["VersionId"]

    return put


def publish(processed: Any, source_key: str, prefix: str, **fields: Any) -> dict[str, Any]:
    version = processed(f"{prefix}processed_output.csv", b"order_id\n1\n")
    report = {
        "status": "succeeded",
        "source": {"key": source_key},
        "rows_in": 10,
        "rows_out": 7,
        "duplicates": 2,
        "rejected": 1,
        "finished_at": "2026-11-23T14:00:00+00:00",
        "outputs": {
            "processed_output.csv": {
                "key": f"{prefix}processed_output.csv",
                "version_id": version,
            }
        },
    } | fields
    processed(f"{prefix}report.json", json.dumps(report).encode())
    return report


@pytest.mark.parametrize(
    ("source_key", "prefix", "name"),
    [
        ("raw.csv", "", "raw"),
        ("orders.csv", "orders/", "orders"),
        ("2026/raw.csv.gz", "2026/", "2026/raw"),
        ("2026/Q1 é/orders.csv", "2026/Q1 é/orders/", "2026/Q1%20%C3%A9/orders"),
        ("uploads.csv", "uploads/", "uploads.csv"),
    ],
)
def test_dataset_opens_by_the_key_of_its_source(
    api: ApiClient, processed: Any, source_key: str, prefix: str, name: str
) -> None:
    report = publish(processed, source_key, prefix)
    answer = api.get(f"/datasets/{name}")
    assert answer.status == 200, answer.body
    assert answer.json()["report"] == report
    assert answer.headers["cache-control"] == "no-store"
    with urlopen(answer.json()["downloads"]["processed_output.csv"]) as download:
        assert download.read() == b"order_id\n1\n"
    (item,) = api.get("/datasets/").json()["items"]
    assert (item["source_key"], item["rows_in"], item["rows_out"]) == (source_key, 10, 7)


PLACES = json.loads((Path(__file__).parents[3] / "contracts" / "output_places.json").read_text())


def test_each_dataset_of_the_list_opens_itself_by_its_name(api: ApiClient, processed: Any) -> None:
    placed = {row["prefix"]: row for row in PLACES if "refused" not in row}
    for prefix, row in placed.items():
        body = json.dumps({"status": "succeeded", "source": {"key": row["key"]}, "outputs": {}})
        processed(f"{prefix}report.json", body.encode())

    items = api.get("/datasets/?limit=100").json()["items"]

    assert {item["source_key"] for item in items} == {row["key"] for row in placed.values()}
    for item in items:
        answer = api.get(f"/datasets/{quote(item['name'], safe='')}")
        assert answer.status == 200, item
        assert answer.json()["name"] == item["name"]
        assert answer.json()["report"]["source"]["key"] == item["source_key"]


def test_report_that_lies_elsewhere_than_its_source_says_is_no_dataset(
    api: ApiClient, processed: Any
) -> None:
    publish(processed, "orders.csv", "copied/")
    publish(processed, "a/../b.csv", "a/../b/")

    assert api.get("/datasets/").json()["items"] == []
    assert api.get("/datasets/copied").status == 404
    assert api.get("/datasets/orders").status == 404


def test_download_is_the_version_that_the_report_describes(api: ApiClient, processed: Any) -> None:
    publish(processed, "raw.csv", "")
    processed("processed_output.csv", b"half of the next run")
    url = api.get("/datasets/raw").json()["downloads"]["processed_output.csv"]
    with urlopen(url) as download:
        assert download.read() == b"order_id\n1\n"


def test_refused_file_still_offers_the_last_good_output(api: ApiClient, processed: Any) -> None:
    good = publish(processed, "raw.csv", "")
    refusal = {
        "status": "refused",
        "source": {"key": "raw.csv"},
        "refusal": {"reason": "empty", "message": "no rows", "line": None},
        "outputs": {"report.html": {"key": "report.html", "version_id": "1"}},
        "last_good": {"outputs": good["outputs"]},
    }
    processed("report.json", json.dumps(refusal).encode())
    answer = api.get("/datasets/raw").json()
    assert answer["report"]["status"] == "refused"
    assert set(answer["downloads"]) == {"processed_output.csv", "report.html", "report.json"}
    (item,) = api.get("/datasets").json()["items"]
    assert (item["status"], item["rows_in"]) == ("refused", None)


def test_list_is_newest_first_and_skips_what_is_no_report(api: ApiClient, processed: Any) -> None:
    assert api.get("/datasets/").json() == {"items": [], "truncated": False}
    for number in range(3):
        publish(processed, f"d{number}.csv", f"d{number}/")
    for key, body in (("x/report.json", b"{}"), ("y/report.json", b"[1"), ("z.json", b"{}")):
        processed(key, body)
    answer = api.get("/datasets/").json()
    assert sorted(item["name"] for item in answer["items"]) == ["d0", "d1", "d2"]
    assert api.get("/datasets/?limit=1").json()["truncated"] is True


@pytest.mark.parametrize(("max_keys", "found"), [(3, 1), (4, 2), (5, 2)])
def test_list_of_more_objects_than_are_looked_through_says_so(
    processed: Any, settings: Settings, max_keys: int, found: int
) -> None:
    publish(processed, "a.csv", "a/")
    publish(processed, "b.csv", "b/")
    store = S3Datasets(
        landing_bucket=settings.landing_bucket,
        processed_bucket=settings.processed_bucket,
        endpoint_url=settings.aws_endpoint_url,
        max_keys=max_keys,
    )
    listed = DatasetService(store).list_datasets(limit=50)
    assert (len(listed.items), listed.truncated) == (found, max_keys < 4)


@pytest.mark.parametrize(
    "name", ["nothing", "a/b", "%00", "x" * 2000, "..%2f..%2fetc", "report.json"]
)
def test_unknown_dataset_is_404(api: ApiClient, processed: Any, name: str) -> None:
    answer = api.get(f"/datasets/{name}")
    assert answer.status == 404, answer.body
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("key", "dataset"),
    [
        ("raw.csv", "raw"),
        ("2026/Q1 é/o+x.csv.gz", "2026/Q1 é/o+x"),
        ("rate 50%25.csv", "rate 50%25"),
        ("what?.csv", "~what~3F"),
        ("uploads.csv", "uploads"),
        ("a/_source.json", None),
    ],
)
def test_upload_url_takes_the_file(
    api: ApiClient, s3: Any, settings: Settings, processed: Any, key: str, dataset: str | None
) -> None:
    answer = api.post("/datasets/uploads", {"key": key})
    assert answer.status == 201, answer.body
    upload = answer.json()
    assert (upload["method"], upload["key"], upload["dataset"]) == ("PUT", key, dataset)
    with urlopen(
        Request(upload["url"], b"a,b\n", {"Content-Type": "text/csv"}, method="PUT")
    ) as sent:
        assert sent.status == 200
    stored = s3.get_object(Bucket=settings.landing_bucket, Key=key)
    assert stored["Body"].read() == b"a,b\n"


@pytest.mark.parametrize(
    "key",
    ["", "raw", "raw.xlsx", "/raw.csv", "a//b.csv", "../raw.csv", "a/./b.csv", ".csv", "x\0.csv",
     "a\nb.csv", "\ud800.csv", "x" * 300 + ".csv", "🦄" * 251 + ".csv", 3, None,
     "raw.csv/", "RAW.CSV"],
)  # fmt: skip
def test_upload_of_what_the_etl_would_not_take_is_422(api: ApiClient, key: Any) -> None:
    answer = api.post("/datasets/uploads", {"key": key})
    assert answer.status == 422
    assert answer.json()["errors"][0]["pointer"] == "#/key"


def test_storage_that_does_not_answer_is_503(make_api: MakeApi) -> None:
    api = make_api(aws_endpoint_url="http://127.0.0.1:9")
    for path in ("/datasets/", "/datasets/raw"):
        answer = api.get(path)
        assert (answer.status, answer.headers["retry-after"]) == (503, "2")


def test_downloads_are_saved_under_the_datasets_own_name(api: ApiClient, processed: Any) -> None:
    publish(processed, "2026/Q1 é.csv", "2026/Q1 é/")
    urls = api.get(f"/datasets/{quote('2026/Q1 é')}").json()["downloads"]
    shown = {}
    for name, url in urls.items():
        with urlopen(url) as download:
            shown[name] = download.headers["content-disposition"]
    assert shown == {
        "processed_output.csv": "attachment; filename*=UTF-8''Q1%20%C3%A9.csv",
        "report.json": "inline; filename*=UTF-8''Q1%20%C3%A9_report.json",
    }


def test_run_puts_the_source_again_as_it_is(
    api: ApiClient, processed: Any, s3: Any, settings: Settings
) -> None:
    publish(processed, "orders.csv", "orders/")
    place = {"Bucket": settings.landing_bucket, "Key": "orders.csv"}
    answer = api.post("/datasets/runs", {"dataset": "orders"})
    assert (answer.status, answer.json()["type"]) == (409, "urn:problem:source-gone")
    first = s3.put_object(**place, Body=b"a;b", ContentType="text/csv", Metadata={"by": "me"})
    answer = api.post("/datasets/runs", {"dataset": "orders"})
    assert (answer.status, answer.json()) == (202, {"dataset": "orders", "key": "orders.csv"})
    again = s3.get_object(**place)
    assert again["VersionId"] != first["VersionId"]
    assert (again["Body"].read(), again["ContentType"], again["Metadata"]) == (
        b"a;b",
        "text/csv",
        {"by": "me"},
    )
    assert api.post("/datasets/runs", {"dataset": "nothing"}).status == 404
    assert api.post("/datasets/runs", {}).status == 422

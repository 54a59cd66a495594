"""Datasets over a real S3 server: lists, reports, downloads, uploads."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote
from urllib.request import Request, urlopen

import pytest

from api.datasets.catalog import Catalog, SummaryListing, SummaryObject
from api.datasets.listing import DatasetQuery
from api.datasets.s3 import S3Datasets
from api.datasets.service import DatasetService
from api.settings import Settings
from datasets import handler as reading
from datasets.settings import Settings as ReadingSettings
from datasets.web.entry import HttpEntry as ReadingEntry
from tests.api_client import ApiClient
from tests.integration.api.conftest import MakeApi

pytestmark = pytest.mark.usefixtures("patient")


@pytest.fixture
def processed(s3: Any, settings: Settings) -> Any:
    """Puts an object into the processed bucket; both buckets start empty."""
    for bucket in (settings.landing_bucket, settings.processed_bucket):
        for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
            left = page.get("Versions", []) + page.get("DeleteMarkers", [])
            named = [{"Key": item["Key"], "VersionId": item["VersionId"]} for item in left]
            # XML, which names them in one call, has no control characters.
            if together := [one for one in named if one["Key"].isprintable()]:
                s3.delete_objects(Bucket=bucket, Delete={"Objects": together})
            for one in named:
                if one not in together:
                    s3.delete_object(Bucket=bucket, **one)

    def put(key: str, body: bytes) -> str:
        answer = s3.put_object(Bucket=settings.processed_bucket, Key=key, Body=body)
        return answer["VersionId"]

    return put


@pytest.fixture
def reader(settings: Settings) -> ApiClient:
    """DatasetsFunction, to which the gateway sends the calls of one dataset."""
    own = ReadingSettings(
        processed_bucket=settings.processed_bucket,
        auth_required=False,
        aws_endpoint_url=settings.aws_endpoint_url,
    )
    return ApiClient(ReadingEntry(lambda: own, reading.build))


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
    summarise(processed, source_key, prefix, **report)
    return report


def summarise(processed: Any, source_key: str, prefix: str, **report: Any) -> None:
    """As the ETL sums up a run for lists."""
    told = {key: report[key] for key in SUMMED_UP if key in report}
    body = json.dumps({"source_key": source_key, **told}).encode()
    processed(f"_datasets/{prefix}summary.json", body)


SUMMED_UP = (
    "status", "rows_in", "rows_out", "duplicates", "rejected", "finished_at", "warnings",
)  # fmt: skip


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
    api: ApiClient, reader: ApiClient, processed: Any, source_key: str, prefix: str, name: str
) -> None:
    report = publish(processed, source_key, prefix)
    answer = reader.get(f"/datasets/{name}")
    assert answer.status == 200, answer.body
    assert answer.json()["report"] == report
    assert answer.headers["cache-control"] == "no-store"
    with urlopen(answer.json()["downloads"]["processed_output.csv"]) as download:
        assert download.read() == b"order_id\n1\n"
    (item,) = api.get("/datasets/").json()["items"]
    assert (item["source_key"], item["rows_in"], item["rows_out"]) == (source_key, 10, 7)


PLACES = json.loads((Path(__file__).parents[3] / "contracts" / "output_places.json").read_text())


def test_each_dataset_of_the_list_opens_itself_by_its_name(
    api: ApiClient, reader: ApiClient, processed: Any
) -> None:
    placed = {row["prefix"]: row for row in PLACES if "refused" not in row}
    for prefix, row in placed.items():
        body = json.dumps({"status": "succeeded", "source": {"key": row["key"]}, "outputs": {}})
        processed(f"{prefix}report.json", body.encode())
        summarise(processed, row["key"], prefix, status="succeeded")

    items = api.get("/datasets/?limit=100").json()["items"]

    assert {item["source_key"] for item in items} == {row["key"] for row in placed.values()}
    for item in items:
        answer = reader.get(f"/datasets/{quote(item['name'], safe='')}")
        assert answer.status == 200, item
        assert answer.json()["name"] == item["name"]
        assert answer.json()["report"]["source"]["key"] == item["source_key"]


def test_report_that_lies_elsewhere_than_its_source_says_is_no_dataset(
    api: ApiClient, reader: ApiClient, processed: Any
) -> None:
    publish(processed, "orders.csv", "copied/")
    publish(processed, "a/../b.csv", "a/../b/")

    assert api.get("/datasets/").json()["items"] == []
    assert reader.get("/datasets/copied").status == 404
    assert reader.get("/datasets/orders").status == 404


def test_download_is_the_version_that_the_report_describes(
    reader: ApiClient, processed: Any
) -> None:
    publish(processed, "raw.csv", "")
    processed("processed_output.csv", b"half of the next run")
    url = reader.get("/datasets/raw").json()["downloads"]["processed_output.csv"]
    with urlopen(url) as download:
        assert download.read() == b"order_id\n1\n"


def test_refused_file_still_offers_the_last_good_output(
    api: ApiClient, reader: ApiClient, processed: Any
) -> None:
    good = publish(processed, "raw.csv", "")
    refusal = {
        "status": "refused",
        "source": {"key": "raw.csv"},
        "refusal": {"reason": "empty", "message": "no rows", "line": None},
        "outputs": {"report.html": {"key": "report.html", "version_id": "1"}},
        "last_good": {"outputs": good["outputs"]},
    }
    processed("report.json", json.dumps(refusal).encode())
    summarise(processed, "raw.csv", "", **refusal)
    answer = reader.get("/datasets/raw").json()
    assert answer["status"] == "refused"
    assert answer["report"]["status"] == "refused"
    assert set(answer["downloads"]) == {"processed_output.csv", "report.html", "report.json"}
    (item,) = api.get("/datasets").json()["items"]
    assert (item["status"], item["rows_in"]) == ("refused", None)


def test_list_is_newest_first_and_skips_what_is_no_report(api: ApiClient, processed: Any) -> None:
    nothing = {"items": [], "total": 0, "next_cursor": None, "truncated": False}
    assert api.get("/datasets/").json() == nothing
    for number in range(3):
        publish(processed, f"d{number}.csv", f"d{number}/")
    for key, body in (("x/summary.json", b"{}"), ("y/summary.json", b"[1"), ("z.json", b"{}")):
        processed(f"_datasets/{key}", body)
    answer = api.get("/datasets/").json()
    assert sorted(item["name"] for item in answer["items"]) == ["d0", "d1", "d2"]
    assert api.get("/datasets/?limit=1").json()["truncated"] is True


@pytest.mark.parametrize(("max_keys", "found"), [(1, 1), (2, 2), (3, 2)])
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
    listed = DatasetService(store).list_datasets(DatasetQuery(limit=50))
    assert (len(listed.items), listed.truncated) == (found, max_keys < 2)


def test_cleaned_file_that_is_warned_of_is_no_success_in_list_and_page(
    api: ApiClient, reader: ApiClient, processed: Any
) -> None:
    warning = {"code": "no_row_left", "message": "None of the 50 rows was kept."}
    publish(processed, "de.csv", "de/", status="warned", warnings=[warning], rows_out=0)

    (item,) = api.get("/datasets/").json()["items"]
    opened = reader.get("/datasets/de").json()

    for shown in (item, opened):
        assert (shown["status"], shown["warnings"]) == ("warned", [warning])


@pytest.fixture
def hundreds(processed: Any) -> list[str]:
    """130 datasets: 120 in 2026/, each fourth of them refused and without counts."""
    keys = [f"2026/d{number:03}.csv" for number in range(120)]
    keys += [f"Other {number}.csv" for number in range(10)]
    for number, key in enumerate(keys):
        counts = {"rows_in": number % 7, "rows_out": number % 5}
        told = {"status": "refused"} if number % 4 == 0 else {"status": "succeeded", **counts}
        summarise(processed, key, f"{key.removesuffix('.csv')}/", **told)
    return keys


def pages(api: ApiClient, query: str) -> list[dict[str, Any]]:
    """Every item of a list, by its Link headers."""
    items, path = [], f"/datasets/?{query}"
    while path:
        answer = api.get(path)
        assert answer.status == 200, answer.body
        items += answer.json()["items"]
        link = answer.headers.get("link", "")
        assert bool(link) == bool(answer.json()["next_cursor"])
        path = link.partition("<")[2].partition(">")[0]
    return items


# In one test: it takes longer to make the hundreds than to list them.
def test_pages_of_every_order_have_each_dataset_once(api: ApiClient, hundreds: list[str]) -> None:
    for field in ("name", "rows_in", "rows_out", "status", "finished"):
        for sort in (field, f"-{field}"):
            items = pages(api, f"sort={sort}&limit=50")
            assert sorted(item["source_key"] for item in items) == sorted(hundreds), sort
            if field != "finished":
                assert_sorted([item.get(field) for item in items], sort)


def assert_sorted(values: list[Any], sort: str) -> None:
    """Ascending, or descending behind a minus, without case; what has no value comes last."""
    given = [value for value in values if value is not None]
    folded = [v.casefold() if isinstance(v, str) else v for v in given]
    assert folded == sorted(folded, reverse=sort.startswith("-")), sort
    assert values == given + [None] * (len(values) - len(given)), sort


def test_filters_let_pass_what_they_name_and_count_it(api: ApiClient, hundreds: list[str]) -> None:
    refused = pages(api, "status=refused&prefix=2026/&limit=20")
    assert [item["status"] for item in refused] == ["refused"] * 30
    assert len(pages(api, "q=OTHER")) == 10
    some = api.get("/datasets/?q=d00&limit=3").json()
    assert (len(some["items"]), some["total"], some["truncated"]) == (3, 10, True)


def test_cursor_of_another_list_is_422(api: ApiClient, hundreds: list[str]) -> None:
    cursor = api.get("/datasets/?sort=name&limit=1").json()["next_cursor"]
    for query in (f"sort=-name&cursor={cursor}", f"sort=name&q=x&cursor={cursor}", "cursor=abc"):
        answer = api.get(f"/datasets/?{query}")
        assert answer.status == 422
        assert "no cursor of this list" in answer.json()["detail"]
    assert api.get("/datasets/?sort=size").status == 422


def test_dataset_that_is_gone_between_two_pages_leaves_no_gap(
    api: ApiClient, hundreds: list[str], s3: Any, settings: Settings
) -> None:
    first = api.get("/datasets/?sort=name&limit=2").json()
    last = first["items"][-1]["source_key"].removesuffix(".csv")
    s3.delete_object(Bucket=settings.processed_bucket, Key=f"_datasets/{last}/summary.json")

    second = api.get(f"/datasets/?sort=name&limit=2&cursor={first['next_cursor']}").json()

    assert [item["name"] for item in second["items"]] == ["2026/d002", "2026/d003"]


class CountingStore:
    """A store of so many summaries that counts what is read of it."""

    def __init__(self, many: int) -> None:
        moment = datetime(2026, 11, 26, tzinfo=UTC)
        self.objects = [
            SummaryObject(f"_datasets/d{n}/summary.json", "etag", moment + timedelta(seconds=n))
            for n in range(many)
        ]
        self.reads = 0

    def summaries(self) -> SummaryListing:
        return SummaryListing(self.objects, is_complete=True)

    def read(self, key: str) -> bytes:
        self.reads += 1
        return json.dumps({"source_key": f"{key.split('/')[1]}.csv", "status": "x"}).encode()


def test_reads_are_those_of_the_page_then_bounded_then_none() -> None:
    store = CountingStore(30)
    catalog = Catalog(store, most_read=20)
    assert len(catalog.list_datasets(DatasetQuery(limit=5)).items) == 5
    assert store.reads == 5

    listed = catalog.list_datasets(DatasetQuery(limit=5, sort="name"))
    assert (store.reads, listed.total, listed.truncated) == (20, 20, True)
    assert listed.items[0].name == "d10", "the newest are looked at"

    catalog.list_datasets(DatasetQuery(limit=5, sort="-rows_in"))
    assert store.reads == 20
    store.objects[-1] = replace(store.objects[-1], etag="new")
    catalog.list_datasets(DatasetQuery(limit=5, sort="name"))
    assert store.reads == 21


@pytest.mark.parametrize(
    "name", ["nothing", "a/b", "%00", "x" * 2000, "..%2f..%2fetc", "report.json"]
)
def test_unknown_dataset_is_404(reader: ApiClient, processed: Any, name: str) -> None:
    answer = reader.get(f"/datasets/{name}")
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


def test_file_over_five_gigabytes_is_sent_in_parts(
    api: ApiClient, s3: Any, settings: Settings
) -> None:
    size = 5 * 1024**3 + 1
    answer = api.post("/datasets/uploads", {"key": "large.csv", "bytes": size})
    assert answer.status == 201, answer.body
    upload = answer.json()
    assert (upload["method"], upload["dataset"]) == ("MULTIPART", "large")
    assert sum(part["bytes"] for part in upload["parts"]) == size
    assert [part["number"] for part in upload["parts"]] == list(range(1, 22))

    # S3 does not know how much was meant to come.
    with urlopen(Request(upload["parts"][0]["url"], b"a,b\n", method="PUT")) as sent:
        etag = sent.headers["ETag"]
    part = f"<Part><PartNumber>1</PartNumber><ETag>{etag}</ETag></Part>"
    body = f"<CompleteMultipartUpload>{part}</CompleteMultipartUpload>".encode()
    headers = {"Content-Type": "application/xml"}
    with urlopen(Request(upload["complete_url"], body, headers, method="POST")) as completed:
        assert completed.status == 200
    stored = s3.get_object(Bucket=settings.landing_bucket, Key="large.csv")
    assert stored["Body"].read() == b"a,b\n"


def test_upload_in_parts_can_be_given_up(api: ApiClient, s3: Any, settings: Settings) -> None:
    wanted = {"key": "given_up.csv", "bytes": 6 * 1024**3}
    upload = api.post("/datasets/uploads", wanted).json()
    with urlopen(Request(upload["abort_url"], method="DELETE")) as aborted:
        assert aborted.status == 204
    uploads = s3.list_multipart_uploads(Bucket=settings.landing_bucket).get("Uploads", [])
    assert "given_up.csv" not in [one["Key"] for one in uploads]


def test_file_of_five_gigabytes_is_sent_at_once(api: ApiClient) -> None:
    answer = api.post("/datasets/uploads", {"key": "raw.csv", "bytes": 5 * 1024**3})
    assert answer.json()["method"] == "PUT"


@pytest.mark.parametrize("size", [0, -1, 6 * 1024**4, "1", 1.5])
def test_upload_of_a_size_that_no_file_has_is_422(api: ApiClient, size: Any) -> None:
    answer = api.post("/datasets/uploads", {"key": "raw.csv", "bytes": size})
    assert answer.status == 422
    assert answer.json()["errors"][0]["pointer"] == "#/bytes"


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
    for answer in (api.get("/datasets/"), api.post("/datasets/runs", {"dataset": "raw"})):
        assert (answer.status, answer.headers["retry-after"]) == (503, "2")


def test_downloads_are_saved_under_the_datasets_own_name(reader: ApiClient, processed: Any) -> None:
    publish(processed, "2026/Q1 é.csv", "2026/Q1 é/")
    urls = reader.get(f"/datasets/{quote('2026/Q1 é')}").json()["downloads"]
    shown = {}
    for name, url in urls.items():
        with urlopen(url) as download:
            shown[name] = download.headers["content-disposition"]
    assert shown == {
        "processed_output.csv": "attachment; filename*=UTF-8''Q1%20%C3%A9-processed.csv",
        "report.json": "inline; filename*=UTF-8''Q1%20%C3%A9-report.json",
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
    again = s3.get_object(**place)
    run = {"dataset": "orders", "key": "orders.csv", "version_id": again["VersionId"]}
    assert (answer.status, answer.json()) == (202, run)
    assert answer.headers["location"] == "/datasets/orders/runs"
    assert again["VersionId"] != first["VersionId"]
    assert (again["Body"].read(), again["ContentType"], again["Metadata"]) == (
        b"a;b",
        "text/csv",
        {"by": "me"},
    )
    assert api.post("/datasets/runs", {"dataset": "nothing"}).status == 404
    assert api.post("/datasets/runs", {}).status == 422


def test_file_that_one_call_cannot_copy_stays_and_the_answer_says_what_copies_it(
    api: ApiClient,
    processed: Any,
    s3: Any,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("api.datasets.s3._MAX_COPY_BYTES", 2)
    publish(processed, "orders.csv", "orders/")
    place = {"Bucket": settings.landing_bucket, "Key": "orders.csv"}
    put = s3.put_object(**place, Body=b"a;b")

    answer = api.post("/datasets/runs", {"dataset": "orders"})

    assert (answer.status, answer.json()["type"]) == (422, "urn:problem:source-too-large")
    assert "aws s3 cp" in answer.json()["detail"]
    assert s3.head_object(**place)["VersionId"] == put["VersionId"]

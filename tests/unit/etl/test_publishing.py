"""What readers of the processed bucket see: whole outputs of the newest source, always."""

import gzip
import hashlib
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import pairwise

import pytest
from pyarrow import parquet

from etl.handler import job
from etl.job import Job
from etl.s3.events import Notification
from tests.unit.etl.conftest import LANDING, PROCESSED, Buckets, load_event

HEADER = "order_id,order_date,customer_id,product,quantity,price,region\n"
DATA = ["processed_output.csv", "processed_output.parquet", "rejected_rows.csv", "report.html"]


def rows(count: int, *, bad: int = 0) -> str:
    good = "".join(f"{i},2024-01-05,C1,Widget,2,9.5,n\n" for i in range(count))
    return HEADER + good + "too few fields\n" * bad


def news(
    version: str | None = None, sequencer: str | None = None, key: str = "raw.csv"
) -> Notification:
    return Notification(LANDING, key, version, sequencer)


def is_whole(buckets: Buckets) -> bool:
    """Whether the report, if it says that there is output, describes what is there."""
    cleaned = ("succeeded", "warned")
    if "report.json" not in buckets.names() or buckets.report()["status"] not in cleaned:
        return True
    outputs = buckets.report()["outputs"]
    return sorted(outputs) == DATA and all(
        hashlib.sha256(buckets.read(name)).hexdigest() == output["sha256"]
        for name, output in outputs.items()
    )


def test_report_lists_each_output_with_its_digest_size_and_version(buckets, invoke):
    buckets.land(rows(3))
    invoke(load_event("s3_put.json"))

    report = buckets.report()

    assert is_whole(buckets)
    for output in report["outputs"].values():
        version = buckets.s3.get_object(
            Bucket=PROCESSED, Key=output["key"], VersionId=output["version_id"]
        )
        assert version["ContentLength"] == output["bytes"]
    assert report["source"]["bytes"] == len(rows(3))
    assert report["sums"] == {"quantity": 6, "price": 28.5, "amount": 57.0}


def test_log_keeps_the_lines_of_the_original(buckets, invoke, caplog):
    buckets.land(rows(3) + "3,,C,W,1,1,n\n")
    invoke(load_event("s3_put.json"))

    assert "Initial rows: 4" in caplog.messages
    assert "Rows after cleaning: 3" in caplog.messages
    assert "ETL completed successfully" in caplog.messages
    uploaded = "File processed_output.csv successfully uploaded to "
    assert uploaded + "S3://sales-processed/processed_output.csv" in caplog.messages


def test_older_event_after_a_newer_one_changes_nothing(buckets):
    old, new = buckets.land(rows(1)), buckets.land(rows(2))
    assert job().run(news(new, "0055AED6DCD90281E6")).status == "succeeded"
    before = {key: buckets.read(key) for key in buckets.names()}

    late = job().run(news(old, "0055AED6DCD90281E5"))

    assert late.status == "superseded"
    assert {key: buckets.read(key) for key in buckets.names()} == before


@pytest.mark.parametrize(
    ("older", "newer"), [("0055AE", "0055AED6"), ("0055AED6", "0055AF"), ("00AB", "00ABC000")]
)
def test_sequencers_of_unequal_length_are_padded_with_zeros(buckets, older, newer):
    old, new = buckets.land(rows(1)), buckets.land(rows(2))

    assert job().run(news(new, newer)).status == "succeeded"
    assert job().run(news(old, older)).status == "superseded"


def test_newer_version_replaces_the_output(buckets):
    job().run(news(buckets.land(rows(1)), "01"))
    job().run(news(buckets.land(rows(2)), "02"))

    assert buckets.report()["rows_out"] == 2
    assert is_whole(buckets)


def test_changed_source_description_cleans_the_same_version_again(buckets):
    buckets.land(rows(2))
    job().run(news())
    buckets.land(json.dumps({"date_formats": ["%d/%m/%Y"]}), "_source.json")

    result = job().run(news())

    assert result.status == "warned"
    assert buckets.report()["reasons"]["invalid_order_date"] == 2


def test_a_total_among_the_orders_is_warned_of(buckets):
    buckets.land(rows(2) + "Total,2024-01-05,,,1,1,\n")

    result = job().run(news())

    assert result.status == "warned"
    assert [warning["code"] for warning in buckets.report()["warnings"]] == ["totals_kept"]


def test_wrong_source_description_refuses_the_file_naming_the_field(buckets):
    buckets.land(rows(2))
    buckets.land('{"decimal": ";"}', "_source.json")

    result = job().run(news())

    assert result.status == "refused"
    assert "decimal" in buckets.report()["refusal"]["message"]


def test_refused_file_leaves_the_earlier_output_and_its_description(buckets, invoke, capsys):
    good = buckets.land(rows(2))
    invoke(load_event("s3_put.json"))
    before = {name: buckets.read(name) for name in DATA[:3]}
    buckets.land("a,b\n1,2\n")

    answer = invoke(load_event("s3_put.json"))

    assert answer["results"][0]["refusal"]["reason"] == "no_header"
    report = buckets.report()
    assert (report["status"], report["last_good"]["rows_out"]) == ("refused", 2)
    assert report["last_good"]["source"]["version_id"] == good
    assert report["last_good"]["csv_dates"] == "date"
    assert (report["last_good"]["duplicates"], report["last_good"]["rejected"]) == (0, 0)
    assert {name: buckets.read(name) for name in DATA[:3]} == before
    assert b"This file was refused" in buckets.read("report.html")
    assert "Files_refused" in capsys.readouterr().out


def test_file_past_the_limit_is_not_cleaned_and_said_to_be_too_large(buckets, monkeypatch):
    monkeypatch.setenv("ETL_MAX_BYTES", "50")
    buckets.land(rows(2))

    result = job().run(news())

    assert result.status == "too_large"
    assert buckets.report()["refusal"]["reason"] == "too_large"
    assert buckets.names()[:3] == ["_datasets/summary.json", "report.html", "report.json"]


def test_no_row_left_raises_the_alarm_metric(buckets, invoke, capsys):
    buckets.land(HEADER + "1,,C,W,1,1,n\n")

    invoke(load_event("s3_put.json"))

    assert "ZeroRowsOut" in capsys.readouterr().out


@pytest.fixture
def worker(buckets) -> Job:
    """A job whose calls are answered in turn: moto checks a condition and writes in two steps."""
    turn, events = threading.Lock(), job()._landing._s3.meta.events
    events.register_first("before-send.s3", lambda **_: turn.acquire() and None)
    events.register("response-received.s3", lambda **_: turn.release())
    return job()


def test_same_event_ten_times_in_parallel_ends_in_one_whole_output(buckets, worker):
    buckets.land(rows(50))

    with ThreadPoolExecutor(10) as pool:
        results = list(pool.map(lambda _: worker.run(news()), range(10)))

    assert {result.status for result in results} <= {"succeeded", "already_done", "superseded"}
    assert "succeeded" in {result.status for result in results}
    assert buckets.report()["status"] == "succeeded"
    assert is_whole(buckets)


def test_two_versions_in_parallel_end_with_the_newer_one(buckets, worker):
    # Every second one drops nothing: its rejected_rows.csv is the same as two versions before.
    versions = [(buckets.land(rows(count, bad=count % 2)), f"{count:04X}") for count in range(1, 7)]
    worker = job()

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda version: worker.run(news(*version)), versions))

    assert buckets.report()["rows_out"] == 6
    assert is_whole(buckets)


@pytest.mark.parametrize("writes", range(1, 6))
def test_run_overtaken_between_two_writes_leaves_the_newer_output_whole(buckets, writes):
    clean, dirty, corrected = rows(3), rows(2, bad=1), rows(4)
    job().run(news(buckets.land(clean), "01"))
    slow, fast = buckets.land(dirty), buckets.land(corrected)
    events = job()._landing._s3.meta.events
    left = iter(range(writes, 0, -1))

    def overtake(**_: object) -> None:
        if next(left, 0) == 1:
            assert job().run(news(fast, "03")).status == "succeeded"

    events.register("after-call.s3.PutObject", overtake)

    assert job().run(news(slow, "02")).status == "superseded"
    assert buckets.report()["rows_out"] == 4
    assert is_whole(buckets)


SAME_PREFIX = ["orders.csv", "orders.csv.gz", "orders/raw.csv", "orders/RAW.CSV"]


@pytest.mark.parametrize(("first", "second"), list(pairwise(SAME_PREFIX)))
def test_other_source_with_the_same_prefix_is_named_where_it_is_replaced(
    buckets, invoke, caplog, capsys, first, second
):
    for moment, key in enumerate((first, second)):
        buckets.land(gzip.compress(rows(2).encode()) if key.endswith("z") else rows(2), key)
        event = load_event("s3_put.json")
        event["Records"][0] |= {"eventTime": f"2100-01-01T00:00:00.00{moment}Z"}
        event["Records"][0]["s3"]["object"]["key"] = key
        assert invoke(event)["results"][0]["status"] == "succeeded"

    assert buckets.report("orders/")["replaced_key"] == first
    assert f"<code>{first}</code>" in buckets.read("orders/report.html").decode()
    assert f"{second} takes the place of {first}" in caplog.text
    assert capsys.readouterr().out.count('"SharedPrefix":[1.0]') == 1


def test_late_file_of_another_source_is_said_to_be_one(buckets, invoke, caplog, capsys):
    late = buckets.land(rows(1), "orders.csv")
    newer = news(buckets.land(rows(2), "orders/raw.csv"), key="orders/raw.csv")
    job().run(replace(newer, event_time="2100-01-01T00:00:00.001+00:00"))
    event = load_event("s3_put.json")
    event["Records"][0] |= {"eventTime": "2100-01-01T00:00:00.000Z"}
    event["Records"][0]["s3"]["object"] |= {"key": "orders.csv", "versionId": late}

    assert invoke(event)["results"][0]["status"] == "superseded"

    assert "orders.csv is left out: orders/raw.csv has the same prefix" in caplog.text
    assert "a newer version is already processed" not in caplog.text
    assert '"SharedPrefix":[1.0]' in capsys.readouterr().out


@pytest.mark.parametrize("stem", ["a\x01b", "a\tb", "/a", "a//b", "what?", "50%25", "a+b c", "~é"])
def test_file_of_any_key_has_its_output_in_a_folder_of_its_name(buckets, stem):
    news_of = news(buckets.land(rows(2), f"{stem}.csv"), key=f"{stem}.csv")

    assert [job().run(news_of).status for _ in range(2)] == ["succeeded", "already_done"]

    assert buckets.report(f"{stem}/")["source"]["key"] == f"{stem}.csv"


@pytest.mark.parametrize("key", ["...csv", "a/..csv", "y" * 1010 + ".csv"])
def test_file_whose_output_has_no_place_is_refused_and_nothing_is_written(buckets, caplog, key):
    assert job().run(news("any", key=key)).status == "refused"

    assert f"{key} refused without a report" in caplog.text
    assert buckets.names() == []


def test_replaced_source_is_still_named_after_a_kill_but_not_by_the_next_version(buckets):
    job().run(news(buckets.land(rows(1), "orders.csv"), key="orders.csv"))
    key = "orders/raw.csv"
    version = buckets.land(rows(2), key)
    events = job()._landing._s3.meta.events

    def cut(**_: object) -> None:
        raise Killed

    events.register("after-call.s3.PutObject", cut)
    with pytest.raises(Killed):
        job().run(news(version, key=key))
    events.unregister("after-call.s3.PutObject", cut)
    assert buckets.report("orders/")["status"] == "publishing"

    assert job().run(news(version, key=key)).report.replaced_key == "orders.csv"
    next_version = job().run(news(buckets.land(rows(3), key), key=key))
    assert next_version.status == "succeeded"
    assert "replaced_key" not in next_version.report


def test_empty_file_of_a_folder_with_a_good_one_is_refused(buckets):
    buckets.land("")

    assert job().run(news()).report.refusal.reason == "empty_file"


class Killed(BaseException):
    """Stands for SIGKILL: nothing may handle it."""


@pytest.mark.parametrize("step", [2, pytest.param(1, marks=pytest.mark.long)])
def test_run_cut_at_any_call_to_s3_leaves_no_half_output_and_a_retry_completes_it(buckets, step):
    job().run(news(buckets.land(rows(3)), "0000"))
    events = job()._landing._s3.meta.events
    for call in range(1, 40, step):
        version, sequencer = buckets.land(rows(3 + call)), f"{call:04X}"
        left = iter(range(call, 0, -1))

        def cut(left=left, **_: object) -> None:
            if next(left, 0) == 1:
                raise Killed

        events.register("before-send.s3", cut)
        try:
            job().run(news(version, sequencer))
        except Killed:
            pass
        else:
            assert call > 10, "the run was cut nowhere"
            break
        finally:
            events.unregister("before-send.s3", cut)
        assert is_whole(buckets)
        assert job().run(news(version, sequencer)).status in {"succeeded", "already_done"}
        assert buckets.report()["rows_out"] == 3 + call
        assert is_whole(buckets)


def test_outputs_of_one_source_have_the_same_bytes_every_time(buckets, monkeypatch):
    buckets.land(rows(20))
    job().run(news())
    before = {name: buckets.read(name) for name in DATA}
    monkeypatch.setattr("etl.publication.precedence.code_version", lambda: "other")

    assert job().run(news()).status == "succeeded"
    after = {name: buckets.read(name) for name in DATA}
    assert {name: after[name] for name in DATA[:3]} == {name: before[name] for name in DATA[:3]}


def test_bucket_without_versions_works(monkeypatch):
    from moto import mock_aws

    with mock_aws():
        job.cache_clear()
        buckets = Buckets(versioned=False)
        buckets.land(rows(2))
        assert job().run(news()).status == "succeeded"
        assert job().run(news()).status == "already_done"
        buckets.land(rows(3))
        assert job().run(news()).status == "succeeded"
        assert buckets.report()["source"]["version_id"] is None
        assert is_whole(buckets)
        job.cache_clear()


def test_parquet_columns_have_fixed_types(buckets, tmp_path):
    buckets.land(rows(2))
    job().run(news())
    path = tmp_path / "out.parquet"
    path.write_bytes(buckets.read("processed_output.parquet"))

    types = {field.name: str(field.type) for field in parquet.read_schema(path)}

    assert types == {
        **dict.fromkeys(["order_id", "customer_id", "product", "region"], "string"),
        "order_date": "timestamp[us]",
        "quantity": "int64",
        "price": "double",
    }
    assert parquet.ParquetFile(path).metadata.row_group(0).column(0).compression == "SNAPPY"

"""Every shape in which S3 news arrives ends in the same work."""

import copy
import io
import json

import pytest

from etl.handler import logger
from etl.job import UnexpectedBucket
from etl.s3.events import UnknownEvent
from tests.unit.etl.conftest import load_event

ROW = (
    "order_id,order_date,customer_id,product,quantity,price,region\n"
    "1,2024-01-05,C1,Widget,2,9.5,north\n"
)


@pytest.mark.parametrize(
    "name", ["s3_put.json", "sqs_s3_put.json", "eventbridge_s3_object_created.json"]
)
def test_event_of_any_shape_cleans_the_object(buckets, invoke, name):
    buckets.land(ROW)

    answer = invoke(load_event(name))

    assert [result["status"] for result in answer["results"]] == ["succeeded"]
    assert buckets.report()["rows_out"] == 1


@pytest.mark.parametrize(
    "name", ["s3_test_event.json", "s3_delete.json", "s3_put_folder_marker.json"]
)
def test_event_about_no_new_object_does_nothing(buckets, invoke, name):
    buckets.land(ROW)

    assert invoke(load_event(name))["results"] == []
    assert buckets.names() == []


def test_encoded_key_names_the_object_and_its_prefix(buckets, invoke):
    buckets.land(ROW, "2026/north + south/raw [1] café.csv")

    answer = invoke(load_event("s3_put_encoded_key.json"))

    assert answer["results"][0]["status"] == "succeeded"
    assert buckets.report("2026/north + south/raw [1] café/")["rows_out"] == 1


def test_several_records_are_all_cleaned(buckets, invoke):
    buckets.land(ROW)
    buckets.land(ROW, "orders.csv")

    invoke(load_event("s3_put_several_records.json"))

    assert buckets.report()["rows_out"] == buckets.report("orders/")["rows_out"] == 1


@pytest.mark.parametrize(
    ("key", "prefix"),
    [
        ("raw.csv", ""),
        ("raw.csv.gz", ""),
        ("RAW.CSV", ""),
        ("orders.csv", "orders/"),
        ("a/b/raw.csv", "a/b/"),
        ("a/Orders.CSV.gz", "a/Orders/"),
        ("İ.csv", "İ/"),  # its lower case has two letters
    ],
)
def test_output_goes_under_the_source_prefix(buckets, invoke, key, prefix):
    buckets.land(ROW, key)
    event = load_event("s3_put.json")
    event["Records"][0]["s3"]["object"]["key"] = key

    invoke(event)

    assert f"{prefix}report.json" in buckets.names()


def test_event_whose_version_is_gone_is_logged_and_succeeds(buckets, invoke, caplog):
    answer = invoke(load_event("s3_put.json"))

    assert answer["results"] == [{"key": "raw.csv", "status": "gone"}]
    assert "raw.csv is gone" in caplog.text


def test_event_reads_its_own_version_not_the_newest(buckets, invoke):
    first = buckets.land(ROW)
    buckets.land(ROW + "2,2024-01-06,C,W,1,1,n\n")
    event = load_event("s3_put.json")
    event["Records"][0]["s3"]["object"]["versionId"] = first

    invoke(event)

    assert buckets.report()["source"]["version_id"] == first
    assert buckets.report()["rows_in"] == 1


def test_other_object_than_csv_is_ignored(buckets, invoke):
    event = load_event("s3_put.json")
    event["Records"][0]["s3"]["object"]["key"] = "notes.txt"

    assert invoke(event)["results"] == [{"key": "notes.txt", "status": "ignored"}]


def test_event_of_another_bucket_is_an_error_that_names_it(buckets, invoke):
    event = load_event("s3_put.json")
    event["Records"][0]["s3"]["bucket"]["name"] = "sales-processed"

    with pytest.raises(UnexpectedBucket, match=r"sales-processed/raw\.csv"):
        invoke(event)


@pytest.mark.parametrize("event", [{}, {"Records": [{"eventSource": "aws:sns"}]}])
def test_event_of_unknown_shape_is_an_error(buckets, invoke, event):
    with pytest.raises(UnknownEvent):
        invoke(event)


def test_failed_object_does_not_stop_the_others_and_fails_the_event(buckets, invoke):
    buckets.land(ROW, "orders.csv")
    event = load_event("s3_put_several_records.json")
    event["Records"][0]["s3"]["bucket"]["name"] = "elsewhere"

    with pytest.raises(UnexpectedBucket):
        invoke(event)

    assert buckets.report("orders/")["rows_out"] == 1


def test_failed_queue_message_is_named_and_the_others_are_done(buckets, invoke):
    buckets.land(ROW)
    event = load_event("sqs_s3_put.json")
    bad = copy.deepcopy(event["Records"][0])
    bad["messageId"] = "bad"
    body = json.loads(bad["body"])
    body["Records"][0]["s3"]["bucket"]["name"] = "elsewhere"
    bad["body"] = json.dumps(body)

    answer = invoke({"Records": [bad, *event["Records"]]})

    assert answer["batchItemFailures"] == [{"itemIdentifier": "bad"}]
    assert [result["status"] for result in answer["results"]] == ["succeeded"]


@pytest.mark.parametrize(
    "body",
    ["", "not JSON", "5", "{}", '{"Records": [5]}', '{"Records": [{"eventSource": "aws:s3"}]}'],
)
def test_unreadable_queue_message_is_named_and_the_others_are_done(buckets, invoke, body):
    buckets.land(ROW)
    event = load_event("sqs_s3_put.json")
    bad = event["Records"][0] | {"messageId": "bad", "body": body}

    answer = invoke({"Records": [bad, *event["Records"]]})

    assert answer["batchItemFailures"] == [{"itemIdentifier": "bad"}]
    assert [result["status"] for result in answer["results"]] == ["succeeded"]


def test_queue_message_with_two_failing_objects_is_named_once(buckets, invoke):
    event = load_event("sqs_s3_put.json")
    message = event["Records"][0]
    body = json.loads(message["body"])
    body["Records"][0]["s3"]["bucket"]["name"] = "elsewhere"
    message["body"] = json.dumps({"Records": body["Records"] * 2})

    answer = invoke(event)

    assert answer["batchItemFailures"] == [{"itemIdentifier": message["messageId"]}]


def test_unreadable_record_does_not_stop_the_others_and_fails_the_event(buckets, invoke):
    buckets.land(ROW)
    event = load_event("s3_put.json")
    event["Records"].insert(0, {"eventSource": "aws:sns"})

    with pytest.raises(UnknownEvent):
        invoke(event)

    assert buckets.report()["rows_out"] == 1


def test_each_log_line_names_the_file_it_is_about(buckets, invoke, monkeypatch):
    monkeypatch.setattr(logger.registered_handler, "stream", log := io.StringIO())
    buckets.land(ROW.replace("2024-01-05", ""), "raw.csv")
    buckets.land(ROW, "orders.csv")

    invoke(load_event("s3_put_several_records.json"))

    lines = [json.loads(line) for line in log.getvalue().splitlines()]
    lost = [line["key"] for line in lines if "none of the 1 rows is left" in line["message"]]
    assert lost == ["raw.csv"]

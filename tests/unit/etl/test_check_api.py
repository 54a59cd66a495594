"""POST /datasets/checks and PUT /datasets/descriptions, on moto's S3."""

import base64
import gzip
import json

import boto3
import pytest
from moto import mock_aws

ROWS = "order_id;customer_id;product;quantity;price;order_date\n" + "".join(
    f"{i};C;Stuhl;1;12,50;{i % 28 + 1}.01.2024\n" for i in range(1, 51)
)
BUCKET = "sales-landing"


@pytest.fixture
def s3(monkeypatch):
    for name, value in {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": "",
        "LANDING_BUCKET": BUCKET,
        "AUTH_REQUIRED": "true",
        "POWERTOOLS_SERVICE_NAME": "dataset-check",
    }.items():
        monkeypatch.setenv(name, value)
    from etl import check_api  # Powertools reads the environment when it is imported

    with mock_aws():
        client = boto3.client("s3")
        client.create_bucket(Bucket=BUCKET)
        check_api._settings.cache_clear()
        check_api._checks.cache_clear()
        yield client
    check_api._settings.cache_clear()
    check_api._checks.cache_clear()


class Context:
    function_name = "DatasetCheckFunction"
    memory_limit_in_mb = 1769
    invoked_function_arn = "arn:aws:lambda:us-east-1:123456789012:function:DatasetCheckFunction"
    aws_request_id = "52fdfc07-2182-454f-963f-5f0f9a621d72"


def call(
    method: str,
    path: str,
    body: bytes,
    *,
    media_type: str = "application/json",
    query: str = "",
    scope: str | None = "datasets:write",
) -> tuple[int, dict]:
    from etl.check_api import handler

    claims = {} if scope is None else {"authorizer": {"jwt": {"claims": {"scope": scope}}}}
    event = {
        "version": "2.0",
        "rawPath": path,
        "rawQueryString": query,
        "headers": {"content-type": media_type},
        "requestContext": {"http": {"method": method, "path": path}, "requestId": "r1", **claims},
        "body": base64.b64encode(body).decode(),
        "isBase64Encoded": True,
    }
    answer = handler(event, Context())
    assert answer["headers"]["x-request-id"] == "r1"
    return answer["statusCode"], json.loads(answer["body"])


def check(body: bytes, query: str = "key=2026/orders.csv", **options) -> tuple[int, dict]:
    media_type = options.pop("media_type", "application/octet-stream")
    return call("POST", "/datasets/checks", body, media_type=media_type, query=query, **options)


def asked(method: str, path: str, **document) -> tuple[int, dict]:
    return call(method, path, json.dumps(document).encode())


def test_a_beginning_is_answered_with_what_would_be_kept_and_what_would_keep_more(s3):
    status, answer = check(ROWS.encode())
    assert (status, answer["status"], answer["rows_in"], answer["rows_out"]) == (
        200,
        "succeeded",
        50,
        0,
    )
    suggestion = answer["advice"]["suggestion"]
    assert suggestion["description"] == {"decimal": ",", "date_formats": ["%d.%m.%Y"]}
    assert suggestion["effect"]["kept_then"] == 50
    assert answer["advice"]["refused"]["invalid_order_date"][0]["count"] == 2


def test_a_description_is_tried_before_it_is_saved(s3):
    tried = json.dumps({"decimal": ",", "date_formats": ["%d.%m.%Y"]})
    status, answer = check(ROWS.encode(), f"key=orders.csv&description={tried.replace('%', '%25')}")
    assert (status, answer["rows_out"]) == (200, 50)
    assert s3.list_objects_v2(Bucket=BUCKET)["KeyCount"] == 0


def test_a_cut_off_beginning_loses_its_last_line_only(s3):
    whole = ROWS.encode()
    status, answer = check(whole[:-5], f"key=orders.csv&size={len(whole)}")
    assert (status, answer["rows_in"], answer["is_complete"]) == (200, 49, False)
    assert answer["advice"]["is_complete"] is False


def test_a_cut_off_zipped_beginning_is_read_as_far_as_it_goes(s3):
    zipped = gzip.compress(ROWS.encode() * 200, mtime=0)
    status, answer = check(zipped[: len(zipped) // 2], f"key=orders.csv.gz&size={len(zipped)}")
    assert (status, answer["status"], answer["is_complete"]) == (200, "succeeded", False)
    assert answer["rows_in"] > 50


def test_a_landed_file_is_checked_with_the_description_beside_it(s3):
    s3.put_object(Bucket=BUCKET, Key="2026/orders.csv", Body=ROWS.encode())
    s3.put_object(Bucket=BUCKET, Key="2026/_source.json", Body=b'{"decimal": ","}')
    status, answer = asked("POST", "/datasets/checks", key="2026/orders.csv")
    assert (status, answer["description"]) == (200, {"decimal": ","})
    assert set(answer["reasons"]) == {"invalid_order_date"}


def test_a_description_is_written_and_the_file_stays_as_it_is(s3):
    s3.put_object(Bucket=BUCKET, Key="2026/orders.csv", Body=ROWS.encode())
    s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    described = {"decimal": ",", "date_formats": ["%d.%m.%Y"]}
    status, answer = asked(
        "PUT", "/datasets/descriptions", key="2026/orders.csv", description=described
    )
    assert (status, answer["description_key"]) == (200, "2026/_source.json")
    written = s3.get_object(Bucket=BUCKET, Key="2026/_source.json")["Body"].read()
    assert json.loads(written) == described
    versions = s3.list_object_versions(Bucket=BUCKET, Prefix="2026/orders.csv")["Versions"]
    assert len(versions) == 1
    assert asked("POST", "/datasets/checks", key="2026/orders.csv")[1]["rows_out"] == 50


@pytest.mark.parametrize(
    ("document", "pointer"),
    [
        ({"key": "orders.txt"}, "#/key"),
        ({}, "#/key"),
        ({"key": "orders.csv", "description": {"decimal": "x"}}, "#/description"),
        ({"key": "orders.csv", "more": 1}, "#"),
    ],
)
def test_a_wrong_request_is_a_problem_that_names_the_member(s3, document, pointer):
    status, problem = asked("POST", "/datasets/checks", **document)
    assert (status, problem["errors"][0]["pointer"]) == (422, pointer)


def test_what_is_not_there_is_404(s3):
    assert asked("POST", "/datasets/checks", key="orders.csv")[0] == 404
    assert asked("PUT", "/datasets/descriptions", key="orders.csv", description={})[0] == 404


def test_writing_a_description_runs_nothing(s3):
    s3.put_object(Bucket=BUCKET, Key="orders.csv", Body=ROWS.encode())
    document = {"key": "orders.csv", "description": {}, "run": True}
    status, problem = asked("PUT", "/datasets/descriptions", **document)
    assert (status, problem["detail"]) == (422, "run is not known here")


def test_tokens_are_asked_for_as_by_the_other_calls(s3):
    assert check(ROWS.encode(), scope=None)[0] == 401
    assert check(ROWS.encode(), scope="datasets:read users:write")[0] == 403


def test_other_media_types_and_large_bodies_are_refused(s3):
    assert check(b"x", media_type="application/pdf")[0] == 415
    assert check(b"x" * ((1 << 20) + 1))[0] == 413

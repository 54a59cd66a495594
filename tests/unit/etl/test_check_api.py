"""/datasets/checks and /datasets/descriptions, on moto's S3."""

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
        check_api._store.cache_clear()
        yield client
    check_api._settings.cache_clear()
    check_api._store.cache_clear()


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
    as_text: bool = False,
    headers: dict[str, str] | None = None,
) -> tuple[int, dict]:
    from etl.check_api import handler

    claims = {} if scope is None else {"authorizer": {"jwt": {"claims": {"scope": scope}}}}
    event = {
        "version": "2.0",
        "rawPath": path,
        "rawQueryString": query,
        "headers": {"content-type": media_type, **(headers or {})},
        "requestContext": {"http": {"method": method, "path": path}, "requestId": "r1", **claims},
        "body": body.decode("utf-8", "replace") if as_text else base64.b64encode(body).decode(),
        "isBase64Encoded": not as_text,
    }
    answer = handler(event, Context())
    assert answer["headers"]["x-request-id"] == "r1"
    return answer["statusCode"], json.loads(answer["body"] or "{}") | headers_of(answer)


def headers_of(answer: dict) -> dict:
    """What tells of the path's other methods, and which state of a description this is."""
    return {name: value for name, value in answer["headers"].items() if name in ("Allow", "etag")}


def of_key(
    method: str,
    key: str,
    scope: str | None = "datasets:read datasets:write",
    headers: dict[str, str] | None = None,
) -> tuple[int, dict]:
    query = f"key={key}"
    return call(method, "/datasets/descriptions", b"", query=query, scope=scope, headers=headers)


def described(description: dict, key: str = "orders.csv", **headers: str) -> tuple[int, dict]:
    """Headers by their names with underlines."""
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    body = json.dumps({"key": key, "description": description}).encode()
    return call("PUT", "/datasets/descriptions", body, headers=sent)


def check(body: bytes, query: str = "key=2026/orders.csv", **options) -> tuple[int, dict]:
    media_type = options.pop("media_type", "application/octet-stream")
    return call("POST", "/datasets/checks", body, media_type=media_type, query=query, **options)


def asked(method: str, path: str, **document) -> tuple[int, dict]:
    return call(method, path, json.dumps(document).encode())


def test_a_beginning_is_answered_with_what_would_be_kept_and_what_would_keep_more(s3):
    status, answer = check(ROWS.encode())
    assert (status, answer["status"], answer["rows_in"], answer["rows_out"]) == (
        200,
        "warned",
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


def test_a_check_is_judged_by_the_limits_of_the_deployment(s3, monkeypatch):
    from etl import check_api

    body = (ROWS.splitlines()[0] + "\n1;C;W;1;1;2024-01-05\n2;C;W;1;1;\n").encode()
    warned = check(body)[1]
    assert warned["status"] == "warned"
    assert [one["code"] for one in warned["warnings"]] == ["rows_lost", "reason_share"]
    monkeypatch.setenv("ETL_WARN_LOST_SHARE", "0.5")
    monkeypatch.setenv("ETL_WARN_REASON_SHARE", "0.5")
    check_api._settings.cache_clear()
    assert check(body)[1]["status"] == "succeeded"


def test_a_cut_off_beginning_loses_its_last_line_only(s3):
    whole = ROWS.encode()
    status, answer = check(whole[:-5], f"key=orders.csv&size={len(whole)}")
    assert (status, answer["rows_in"], answer["is_complete"]) == (200, 49, False)
    assert answer["advice"]["is_complete"] is False


def test_a_cut_off_zipped_beginning_is_read_as_far_as_it_goes(s3):
    zipped = gzip.compress(ROWS.encode() * 200, mtime=0)
    status, answer = check(zipped[: len(zipped) // 2], f"key=orders.csv.gz&size={len(zipped)}")
    assert (status, answer["status"], answer["is_complete"]) == (200, "warned", False)
    assert answer["rows_in"] > 50


def test_a_landed_file_is_checked_with_the_description_beside_it(s3):
    s3.put_object(Bucket=BUCKET, Key="2026/orders.csv", Body=ROWS.encode())
    s3.put_object(Bucket=BUCKET, Key="2026/_source.json", Body=b'{"decimal": ","}')
    status, answer = asked("POST", "/datasets/checks", key="2026/orders.csv")
    assert (status, answer["description"]) == (200, {"decimal": ","})
    assert answer["description_key"] == "2026/_source.json"
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
        ({"key": "orders.csv", "description": "x"}, "#/description"),
        ({"key": "orders.csv", "description": {"decimal": "x"}}, "#/description/decimal"),
        ({"key": "orders.csv", "description": {"a/b": 1}}, "#/description/a~1b"),
        (
            {"key": "orders.csv", "description": {"date_formats": ["%d.%m.%Y", 1]}},
            "#/description/date_formats/1",
        ),
        ({"key": "orders.csv", "more": 1}, "#/more"),
    ],
)
def test_a_wrong_request_is_a_problem_that_names_the_member(s3, document, pointer):
    status, problem = asked("POST", "/datasets/checks", **document)
    assert (status, problem["errors"][0]["pointer"]) == (422, pointer)


@pytest.mark.parametrize(
    ("query", "parameter", "words"),
    [
        ("", "key", "key is required"),
        ("key=a.txt", "key", "must end in .csv"),
        ("key=a.csv&key=b.csv", "key", "more than once"),
        ("key=a.csv&keys=b", "keys", "known are key, size, description"),
        ("key=a.csv&size=2", "size", "3 bytes of it were sent"),
        ("key=a.csv&size=-2", "size", "must be the number"),
        ("key=a.csv&size=", "size", "must be the number"),
        ("key=a.csv&description={", "description", "_source.json is wrong"),
    ],
)
def test_a_wrong_parameter_is_a_problem_that_names_it(s3, query, parameter, words):
    status, problem = check(b"abc", query)
    assert (status, problem["errors"][0]["parameter"]) == (422, parameter)
    assert words in problem["detail"]


def test_a_description_is_written_without_any_parameter(s3):
    document = json.dumps({"key": "orders.csv", "description": {}}).encode()
    status, problem = call("PUT", "/datasets/descriptions", document, query="dry_run=1")
    assert (status, problem["errors"][0]["parameter"]) == (422, "dry_run")


def test_a_text_that_the_gateway_could_not_read_is_refused_with_what_to_send_instead(s3):
    """API Gateway takes text/csv for UTF-8: what its bytes were, nobody can tell behind it."""
    cp1252 = ROWS.replace("Stuhl", "Stühle").encode("cp1252")
    status, problem = check(cp1252, media_type="text/csv", as_text=True)
    assert (status, problem["errors"][0]["pointer"]) == (422, "#")
    assert "application/octet-stream" in problem["detail"]
    _, answer = check(cp1252)
    assert answer["advice"]["suggestion"]["description"]["encoding"] == "cp1252"


def test_json_that_the_gateway_could_not_read_is_refused(s3):
    s3.put_object(Bucket=BUCKET, Key="orders.csv", Body=ROWS.encode())
    body = '{"key": "orders.csv", "description": {"constants": {"region": "Köln"}}}'
    for method, path in (("PUT", "/datasets/descriptions"), ("POST", "/datasets/checks")):
        status, problem = call(method, path, body.encode("cp1252"), as_text=True)
        assert (status, problem["errors"][0]["pointer"]) == (422, "#")
        assert "send JSON as UTF-8" in problem["detail"]
        assert call(method, path, body.encode("cp1252"))[0] == 422
        assert call(method, path, body.encode(), as_text=True)[0] == 200


def test_a_beginning_may_end_inside_a_character(s3):
    whole = ROWS.replace("Stuhl", "Stühle").encode()
    cut = whole[: whole.rfind("ü".encode()) + 1]
    query = f"key=a.csv&size={len(whole)}"
    status, answer = check(cut, query=query, media_type="text/csv", as_text=True)
    assert (status, answer["rows_in"], answer["is_complete"]) == (200, 49, False)
    for size in ("", f"&size={len(cut)}"):
        query = f"key=a.csv{size}"
        assert check(cut, query=query, media_type="text/csv", as_text=True)[0] == 422


def test_a_member_that_is_there_twice_is_named(s3):
    body = b'{"key": "a.csv", "description": {"decimal": ",", "decimal": "."}}'
    status, problem = call("POST", "/datasets/checks", body)
    assert (status, problem["detail"]) == (422, '"decimal" is given more than once')


def test_what_is_not_there_is_404(s3):
    assert asked("POST", "/datasets/checks", key="orders.csv")[0] == 404
    status, problem = asked("PUT", "/datasets/descriptions", key="orders.csv", description={})
    assert status == 404
    assert "The key of its folder's _source.json takes a description" in problem["detail"]


def test_a_description_is_shown_by_any_key_of_its_folder_and_by_its_own(s3):
    put = s3.put_object(Bucket=BUCKET, Key="2026/_source.json", Body=b'{"decimal": ","}')
    for key in ("2026/orders.csv", "2026/_source.json"):
        status, shown = of_key("GET", key, scope="datasets:read")
        assert shown.pop("last_modified").endswith("Z")
        assert (status, shown) == (
            200,
            {
                "key": key,
                "description_key": "2026/_source.json",
                "description": {"decimal": ","},
                "refusal": None,
                "etag": put["ETag"],
            },
        )
    head = of_key("HEAD", "2026/orders.csv", scope="datasets:read")
    assert head == (200, {"etag": put["ETag"]})
    assert of_key("GET", "orders.csv")[1]["type"] == "urn:problem:description-not-found"


def test_a_wrong_description_is_shown_with_what_is_wrong(s3):
    s3.put_object(Bucket=BUCKET, Key="_source.json", Body=b'{"decimal": "x"}')
    status, shown = of_key("GET", "orders.csv")
    assert of_key("GET", "orders.csv", scope="datasets:write")[0] == 403
    assert (status, shown["description"]) == (200, None)
    assert shown["refusal"]["reason"] == "bad_source_description"
    assert "decimal" in shown["refusal"]["message"]


def test_a_deleted_description_counts_no_more(s3):
    s3.put_object(Bucket=BUCKET, Key="orders.csv", Body=ROWS.encode())
    described({"decimal": ",", "date_formats": ["%d.%m.%Y"]})

    assert of_key("DELETE", "orders.csv", scope="datasets:read")[0] == 403
    assert of_key("DELETE", "orders.csv") == (204, {})

    assert of_key("DELETE", "orders.csv")[0] == 404
    answer = asked("POST", "/datasets/checks", key="orders.csv")[1]
    assert (answer["rows_out"], answer["description_key"]) == (0, None)


@pytest.mark.parametrize(
    "query", ["", "key=", "key=notes.txt", "key=a.csv&run=1", "key=../_source.json"]
)
def test_a_description_is_asked_for_by_a_key_and_nothing_else(s3, query):
    for method in ("GET", "DELETE"):
        scope = "datasets:read datasets:write"
        status, problem = call(method, "/datasets/descriptions", b"", query=query, scope=scope)
        assert (status, problem["type"]) == (422, "urn:problem:invalid-input")


def test_another_method_is_answered_with_those_that_there_are(s3):
    methods = {"Allow": "HEAD, GET, PUT, DELETE, OPTIONS"}
    assert of_key("OPTIONS", "orders.csv", scope=None) == (204, methods)
    status, problem = of_key("POST", "orders.csv")
    assert (status, problem["Allow"]) == (405, methods["Allow"])
    assert call("GET", "/datasets/checks", b"")[0] == 405


def test_writing_a_description_runs_nothing(s3):
    s3.put_object(Bucket=BUCKET, Key="orders.csv", Body=ROWS.encode())
    document = {"key": "orders.csv", "description": {}, "run": True}
    status, problem = asked("PUT", "/datasets/descriptions", **document)
    assert (status, problem["detail"]) == (422, "run is not known here; known are description, key")


def test_tokens_are_asked_for_as_by_the_other_calls(s3):
    assert check(ROWS.encode(), scope=None)[0] == 401
    assert check(ROWS.encode(), scope="datasets:read users:write")[0] == 403


def test_other_media_types_and_large_bodies_are_refused(s3):
    assert check(b"x", media_type="application/pdf")[0] == 415
    assert check(b"x" * ((1 << 20) + 1))[0] == 413


@pytest.fixture
def landed(s3):
    """S3 with a file that no description is beside."""
    s3.put_object(Bucket=BUCKET, Key="orders.csv", Body=ROWS.encode())
    return s3


def test_a_description_that_somebody_changed_meanwhile_is_not_written_over(landed):
    first = described({"decimal": ","})[1]["etag"]
    assert described({"decimal": "."}, if_match=first)[0] == 200

    status, problem = described({"delimiter": ";"}, if_match=first)

    assert (status, problem["type"]) == (412, "urn:problem:description-changed")
    assert of_key("GET", "orders.csv")[1]["description"] == {"decimal": "."}
    assert of_key("DELETE", "orders.csv", headers={"if-match": first})[0] == 412
    now = of_key("GET", "orders.csv")[1]["etag"]
    assert described({"delimiter": ";"}, if_match=f'"other", {now}')[0] == 200
    assert of_key("DELETE", "orders.csv", headers={"if-match": "*"})[0] == 204


def test_a_first_description_takes_no_place_of_another(landed):
    assert described({"decimal": ","}, if_match="*")[0] == 412
    assert described({"decimal": ","}, if_none_match="*")[0] == 200
    assert described({"decimal": "."}, if_none_match="*")[0] == 412
    assert of_key("GET", "orders.csv")[1]["description"] == {"decimal": ","}


def test_a_description_is_written_before_its_file_by_its_own_key_and_over_no_other(s3):
    checked = check(ROWS.encode())[1]
    assert (checked["description_key"], checked["description_etag"]) == (None, None)
    status, answer = described({"decimal": ","}, key="2026/_source.json", if_none_match="*")
    assert (status, answer["description_key"]) == (200, "2026/_source.json")

    read = check(ROWS.encode())[1]["description_etag"]
    assert read == answer["etag"]
    s3.put_object(Bucket=BUCKET, Key="2026/_source.json", Body=b'{"delimiter": "|"}')
    assert described({"decimal": ","}, key="2026/_source.json", if_match=read)[0] == 412
    assert described({"decimal": ","}, key="2026/_source.json", if_none_match="*")[0] == 412
    assert of_key("GET", "2026/_source.json")[1]["description"] == {"delimiter": "|"}


def test_a_writer_who_comes_between_the_look_and_the_write_is_seen_by_s3_itself(
    landed, monkeypatch
):
    from etl.s3.descriptions import Descriptions

    etag = described({"decimal": ","})[1]["etag"]
    write_over = Descriptions.write_over

    def overtaken(store, *write):
        landed.put_object(Bucket=BUCKET, Key="_source.json", Body=b'{"delimiter": "|"}')
        return write_over(store, *write)

    monkeypatch.setattr(Descriptions, "write_over", overtaken)
    assert described({"decimal": "."}, if_match=etag)[0] == 412
    assert of_key("GET", "orders.csv")[1]["description"] == {"delimiter": "|"}


def test_a_write_that_meets_its_own_earlier_try_is_done(landed, monkeypatch):
    from etl.s3.descriptions import Descriptions

    etag = described({"decimal": ","})[1]["etag"]
    write_over = Descriptions.write_over

    def sent_twice(store, *write):
        write_over(store, *write)
        return write_over(store, *write)

    monkeypatch.setattr(Descriptions, "write_over", sent_twice)
    status, answer = described({"delimiter": "|"}, if_match=etag)
    assert (status, answer["etag"]) == (200, of_key("GET", "orders.csv")[1]["etag"])


def test_a_known_description_is_not_sent_again(landed):
    etag = described({"decimal": ","})[1]["etag"]
    for known in (etag, f"W/{etag}", "*"):
        answer = of_key("GET", "orders.csv", headers={"if-none-match": known})
        assert answer == (304, {"etag": etag})
    assert of_key("GET", "orders.csv", headers={"if-none-match": '"other"'})[0] == 200


@pytest.mark.parametrize("name", ["If-Match", "If-None-Match"])
@pytest.mark.parametrize("tags", ["", "abc", '"a" "b"', '*, "a"'])
def test_a_condition_that_cannot_be_read_is_refused_by_its_name(landed, name, tags):
    status, problem = described({}, **{name.lower(): tags})
    assert (status, problem["errors"][0]["parameter"]) == (422, name)

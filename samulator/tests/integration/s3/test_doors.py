"""Forms and presigned URLs open what was signed, as long as was signed, and nothing else."""

import base64
import hashlib
import hmac
import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import boto3
import httpx
import pytest
from botocore.config import Config

from samulator.servers.aws.s3.signature import sign
from testkit.s3_calls import error_code, presigned, request


def post(
    s3: Any,
    bucket: str,
    key: str = "form/${filename}",
    *,
    fields: dict[str, str] | None = None,
    conditions: list[Any] | None = None,
    body: bytes = b"1234",
    changes: dict[str, str | None] | None = None,
) -> httpx.Response:
    form = s3.generate_presigned_post(bucket, key, Fields=fields, Conditions=conditions)
    sent = {**form["fields"], **(changes or {})}
    sent = {name: value for name, value in sent.items() if value is not None}
    return request("POST", form["url"], data=sent, files={"file": ("f.csv", body)})


def assert_refused(answer: httpx.Response, status: int, code: str) -> None:
    assert (answer.status_code, error_code(answer)) == (status, code), answer.text


def test_a_form_stores_what_its_fields_say(s3: Any, bucket: str) -> None:
    fields = {
        "Content-Type": "text/csv",
        "Cache-Control": "no-cache",
        "x-amz-meta-owner": "me",
        "x-amz-storage-class": "STANDARD_IA",
        "acl": "public-read",
        "tagging": "<Tagging><TagSet><Tag><Key>a</Key><Value>b c</Value></Tag></TagSet></Tagging>",
    }
    answer = post(s3, bucket, fields=fields, conditions=[{n: v} for n, v in fields.items()])
    assert answer.status_code == 204
    assert answer.headers["etag"] == f'"{hashlib.md5(b"1234").hexdigest()}"'
    assert answer.headers["location"].endswith(f"/{bucket}/form/f.csv")
    got = s3.get_object(Bucket=bucket, Key="form/f.csv")
    assert (got["Body"].read(), got["ContentType"], got["CacheControl"], got["Metadata"]) == (
        b"1234",
        "text/csv",
        "no-cache",
        {"owner": "me"},
    )
    assert got["StorageClass"] == "STANDARD_IA"
    tags = s3.get_object_tagging(Bucket=bucket, Key="form/f.csv")["TagSet"]
    assert tags == [{"Key": "a", "Value": "b c"}]
    assert len(s3.get_object_acl(Bucket=bucket, Key="form/f.csv")["Grants"]) == 2


def test_a_form_chooses_its_answer(s3: Any, bucket: str) -> None:
    def answered(name: str, value: str) -> httpx.Response:
        return post(s3, bucket, fields={name: value}, conditions=[{name: value}])

    created = answered("success_action_status", "201")
    assert created.status_code == 201
    assert "<Key>form/f.csv</Key>" in created.text
    assert f"<Bucket>{bucket}</Bucket>" in created.text
    assert answered("success_action_status", "999").status_code == 204
    sent_on = answered("success_action_redirect", "http://localhost/done?a=1")
    assert sent_on.status_code == 303
    target = urlsplit(sent_on.headers["location"])
    assert dict(parse_qsl(target.query)) == {
        "a": "1",
        "bucket": bucket,
        "key": "form/f.csv",
        "etag": f'"{hashlib.md5(b"1234").hexdigest()}"',
    }


@pytest.mark.parametrize(
    ("conditions", "fields", "status", "code"),
    [
        ([["content-length-range", 0, 3]], {}, 400, "EntityTooLarge"),
        ([["content-length-range", 5, 9]], {}, 400, "EntityTooSmall"),
        ([["content-length-range", 4, 4]], {}, 204, ""),
        (
            [["starts-with", "$Content-Type", "image/"]],
            {"Content-Type": "text/csv"},
            403,
            "AccessDenied",
        ),
        ([["starts-with", "$Content-Type", "image/"]], {"Content-Type": "image/png"}, 204, ""),
        ([["starts-with", "$content-type", ""]], {}, 204, ""),
        ([["eq", "$x-amz-meta-a", "1"]], {"x-amz-meta-a": "2"}, 403, "AccessDenied"),
        ([["eq", "$x-amz-meta-a", "1"]], {}, 403, "AccessDenied"),
        ([], {"x-amz-meta-a": "1"}, 403, "AccessDenied"),
        ([], {"acl": "public-read"}, 403, "AccessDenied"),
        ([], {"x-ignore-this": "1"}, 204, ""),
        ([["no-such", "$key", "1"]], {}, 400, "InvalidPolicyDocument"),
        ([["eq", "$key"]], {}, 400, "InvalidPolicyDocument"),
        ([{"x-amz-meta-a": 1}], {"x-amz-meta-a": "1"}, 400, "InvalidPolicyDocument"),
        ([["starts-with", "$key", ["f"]]], {}, 400, "InvalidPolicyDocument"),
    ],
)
def test_a_form_keeps_to_its_policy(
    s3: Any, bucket: str, conditions: list[Any], fields: dict[str, str], status: int, code: str
) -> None:
    answer = post(s3, bucket, fields=fields, conditions=conditions)
    assert_refused(answer, status, code)
    assert ("Contents" in s3.list_objects_v2(Bucket=bucket)) == (status == 204)


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"policy": None}, 403, "AccessDenied"),
        ({"policy": "e30="}, 403, "SignatureDoesNotMatch"),
        ({"x-amz-signature": None}, 400, "InvalidArgument"),
        ({"x-amz-signature": "0" * 64}, 403, "SignatureDoesNotMatch"),
        ({"key": None}, 400, "InvalidArgument"),
        ({"key": "elsewhere/f.csv"}, 403, "AccessDenied"),
    ],
)
def test_a_form_that_was_changed_is_refused(
    s3: Any, bucket: str, changes: dict[str, str | None], status: int, code: str
) -> None:
    assert_refused(post(s3, bucket, changes=changes), status, code)
    assert "Contents" not in s3.list_objects_v2(Bucket=bucket)


def test_a_form_for_another_bucket_is_refused(s3: Any, bucket: str) -> None:
    form = s3.generate_presigned_post("another-bucket", "k")
    url = f"{s3.meta.endpoint_url}/{bucket}"
    answer = request("POST", url, data=form["fields"], files={"file": b"1"})
    assert_refused(answer, 403, "AccessDenied")


def test_a_form_past_its_policys_time_is_refused(s3: Any, bucket: str) -> None:
    policy = {"expiration": "2020-01-01T00:00:00.000Z", "conditions": []}
    encoded = base64.b64encode(json.dumps(policy).encode()).decode()
    form = {"key": "k", "policy": encoded, "AWSAccessKeyId": "x", "signature": "x"}
    url = f"{s3.meta.endpoint_url}/{bucket}"
    answer = request("POST", url, data=form, files={"file": b"1"})
    assert_refused(answer, 403, "AccessDenied")
    assert "Policy expired" in answer.text


def test_a_policy_of_too_many_levels_is_refused(s3: Any, bucket: str) -> None:
    policy = base64.b64encode(b"[" * 5_000).decode()
    scope = ["20240101", "us-east-1", "s3", "aws4_request"]
    changes: dict[str, str | None] = {
        "policy": policy,
        "x-amz-credential": "/".join(["local", *scope]),
        "x-amz-signature": sign(policy, scope),
    }
    assert_refused(post(s3, bucket, changes=changes), 400, "InvalidPolicyDocument")


def test_a_form_without_a_file_is_refused(s3: Any, bucket: str) -> None:
    form = s3.generate_presigned_post(bucket, "k")
    parts = {name: (None, value) for name, value in form["fields"].items()}
    assert_refused(request("POST", form["url"], files=parts), 400, "InvalidArgument")


def moved(url: str, **changes: str) -> str:
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query)) | {n.replace("_", "-"): v for n, v in changes.items()}
    return urlunsplit(parts._replace(query=urlencode(query)))


def signed_at(url: str, moment: datetime) -> str:
    """The same URL, as signed at that time by the local secret."""
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    query["X-Amz-Date"] = f"{moment:%Y%m%dT%H%M%SZ}"
    query["X-Amz-Credential"] = f"other/{moment:%Y%m%d}/us-east-1/s3/aws4_request"
    return urlunsplit(parts._replace(query=urlencode(query)))


def test_a_page_may_ask_before_it_uses_a_presigned_url(s3: Any, bucket: str) -> None:
    url = presigned(s3, "put_object", bucket, "q1 é.csv")
    page = {"Origin": "http://127.0.0.1:3000"}
    asked = {
        "Access-Control-Request-Method": "PUT",
        "Access-Control-Request-Headers": "content-type",
    }
    answer = request("OPTIONS", url, headers=page | asked)
    assert answer.status_code == 200
    assert answer.headers["Access-Control-Allow-Origin"] == page["Origin"]
    assert "PUT" in answer.headers["Access-Control-Allow-Methods"]
    assert answer.headers["Access-Control-Allow-Headers"] == "content-type"
    sent = request("PUT", url, content=b"1", headers=page | {"Content-Type": "text/csv"})
    assert sent.status_code == 200


def test_a_presigned_url_opens_what_it_names(s3: Any, bucket: str) -> None:
    key = "odd/a b+c%d?é.txt"
    put = presigned(s3, "put_object", bucket, key, ContentType="text/csv", Metadata={"a": "1"})
    headers = {"Content-Type": "text/csv", "x-amz-meta-a": "1"}
    assert request("PUT", put, content=b"1", headers=headers).status_code == 200
    assert request("GET", presigned(s3, "get_object", bucket, key)).content == b"1"
    assert_refused(request("PUT", put, content=b"1"), 403, "SignatureDoesNotMatch")


def test_a_presigned_url_opens_nothing_else(s3: Any, bucket: str) -> None:
    for key in ("k", "other"):
        s3.put_object(Bucket=bucket, Key=key, Body=b"1")
    url = presigned(s3, "get_object", bucket, "k")
    for other in (
        url.replace("/k?", "/other?"),
        moved(url, X_Amz_Expires="3599"),
        moved(url, versionId="null"),
        moved(url, X_Amz_Signature="0" * 64),
    ):
        assert_refused(request("GET", other), 403, "SignatureDoesNotMatch")
    assert_refused(request("PUT", url, content=b"2"), 403, "SignatureDoesNotMatch")
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"1"


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_a_presigned_url_ends_with_its_time(s3: Any, bucket: str, method: str) -> None:
    s3.put_object(Bucket=bucket, Key="k", Body=b"1")
    url = presigned(s3, "get_object", bucket, "k")
    now = datetime.now(UTC)
    for moment, text in (
        (now - timedelta(hours=2), "Request has expired"),
        (now + timedelta(hours=2), "Request is not valid yet"),
    ):
        answer = request(method, signed_at(url, moment))
        assert_refused(answer, 403, "AccessDenied")
        assert text in answer.text
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"1"


@pytest.mark.parametrize("seconds", ["604801", "-1", "x", "", "9" * 5_000, "\u0663"])
def test_a_lifetime_that_s3_does_not_know_is_refused(s3: Any, bucket: str, seconds: str) -> None:
    url = moved(presigned(s3, "get_object", bucket, "k"), X_Amz_Expires=seconds)
    assert_refused(request("GET", url), 400, "AuthorizationQueryParametersError")


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"X_Amz_Date": "00010101T000000Z"}, 403, "AccessDenied"),
        ({"X_Amz_Date": "99991231T235959Z"}, 403, "AccessDenied"),
        ({"X_Amz_Credential": "other"}, 400, "AuthorizationQueryParametersError"),
    ],
)
def test_a_presigned_url_that_no_client_wrote_is_refused(
    s3: Any, bucket: str, changes: dict[str, str], status: int, code: str
) -> None:
    url = moved(presigned(s3, "get_object", bucket, "k"), **changes)
    assert_refused(request("GET", url), status, code)


@pytest.mark.parametrize("expires", ["x", "-1", "9" * 5_000, "\u00b2"])
def test_a_time_that_is_none_ends_a_url_of_version_2(s3: Any, bucket: str, expires: str) -> None:
    query = urlencode({"AWSAccessKeyId": "local", "Signature": "AAAA", "Expires": expires})
    answer = request("GET", f"{s3.meta.endpoint_url}/{bucket}/k?{query}")
    assert_refused(answer, 403, "AccessDenied")


def test_a_presigned_url_of_version_2_ends_with_its_time(s3: Any, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="k", Body=b"1")
    old = boto3.client(
        "s3",
        endpoint_url=s3.meta.endpoint_url,
        region_name="us-east-1",
        aws_access_key_id="local",
        aws_secret_access_key="local",
        config=Config(signature_version="s3"),
    )
    url = presigned(old, "get_object", bucket, "k")
    old.close()
    assert request("GET", url).content == b"1"
    assert_refused(
        request("GET", moved(url, Expires=str(int(time.time()) - 1))), 403, "AccessDenied"
    )
    assert_refused(request("GET", url.split("&Expires")[0]), 403, "AccessDenied")


def test_a_policy_of_version_2_is_held_to_as_well(s3: Any, bucket: str) -> None:
    until = datetime.now(UTC) + timedelta(hours=1)
    policy = {
        "expiration": f"{until:%Y-%m-%dT%H:%M:%SZ}",
        "conditions": [{"bucket": bucket}, ["starts-with", "$key", "a/"]],
    }
    encoded = base64.b64encode(json.dumps(policy).encode())
    signature = hmac.new(b"local", encoded, hashlib.sha1).digest()
    fields = {
        "policy": encoded.decode(),
        "AWSAccessKeyId": "local",
        "signature": base64.b64encode(signature).decode(),
    }
    url = f"{s3.meta.endpoint_url}/{bucket}"
    for key, changed, status in (
        ("a/1", {}, 204),
        ("b/1", {}, 403),
        ("a/2", {"signature": "AAAA"}, 403),
    ):
        form = {**fields, **changed, "key": key}
        answer = request("POST", url, data=form, files={"file": b"1"})
        assert answer.status_code == status

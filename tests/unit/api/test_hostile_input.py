"""Work grows with the input and no faster: long input of every kind is answered at once.

Bodies are as long as they may be, URLs and headers six times as long as API Gateway takes. Where
work grew with the square of that, a call here would take from minutes to days; it has one.
"""

import json
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

from tests.api_client import Answer, ApiClient
from tests.limited_process import LimitedProcess
from tests.unattached_api import answer_event, search_all

SIZE = 1024 * 1024 - 200
LINE = 64 * 1024
# Lambda carries no answer of more.
LARGEST_ANSWER = 6 * 1024 * 1024


@pytest.fixture(scope="module")
def process() -> Iterator[LimitedProcess]:
    with LimitedProcess() as limited:
        yield limited


@pytest.fixture(scope="module")
def api(process: LimitedProcess) -> ApiClient:
    return ApiClient(partial(process.run, answer_event))


def fill(piece: str, size: int = SIZE) -> str:
    """`piece` repeated to at most `size` bytes of UTF-8."""
    return piece * (size // len(piece.encode()))


def around(piece: str, *, between: str = "a") -> str:
    return between + fill(piece) + between


def user(**fields: Any) -> bytes:
    whole = {"name": "A", "email": "a@x.org", "role": "r"} | fields
    return json.dumps(whole, ensure_ascii=False).encode()


TEXTS = {
    "blanks inside": around(" "),
    "wide blanks inside": around("\u3000"),
    "runs of blanks": fill("  a"),
    "invisible": fill("\u200b"),
    "invisible between blanks": fill(" \u2060"),
    "combining marks": "a" + fill("\u0301\u0327"),
    "letters that grow": fill("\ufdfa"),
    "control": around("\x01"),
    "percent": fill("%"),
    "at": fill("@"),
    "dots": fill("."),
    "domains": "a@" + fill("é."),
    "quotes": fill('"'),
    "backslashes": fill("\\"),
    "key": fill("a/") + "b.csv",
    "key of suffixes": fill(".csv") + "/",
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
@pytest.mark.parametrize("field", ["name", "email", "role"])
def test_long_text_in_a_body_is_refused_at_once(api: ApiClient, field: str, text: str) -> None:
    body = user(**{field: text})
    for answer in (api.post("/users", body), api.patch("/users/a@x.org", body)):
        assert answer.status in (413, 422), answer.body
        assert len(answer.body) < 10_000


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
def test_long_key_of_an_upload_is_refused_at_once(api: ApiClient, text: str) -> None:
    assert api.post("/datasets/uploads", {"key": text}).status in (413, 422)


BODIES = {
    "unknown members": b"{" + b",".join(b'"%06x":1' % number for number in range(90_000)) + b"}",
    "one long unknown member": user(**{fill("é", SIZE - 100): 1}),
    "long unknown members": user(**{str(number) + "é" * 4000: 1 for number in range(100)}),
    "one member again and again": b"{" + fill('"a":1,').encode() + b'"a":1}',
    "lists": fill("[").encode(),
    "objects": fill('{"a":').encode(),
    "digits": b'{"name":' + fill("9").encode() + b"}",
    "fraction": b'{"name":0.' + fill("9").encode() + b"}",
    "exponent": b'{"name":1e' + fill("9").encode() + b"}",
    "large numbers": b'{"name":[' + fill("9" * 4299 + ",").encode() + b"1]}",
    "many values": b"[" + fill("1,").encode() + b"1]",
    "many objects": b"[" + fill('{"a":1},').encode() + b"1]",
    "escapes": b'{"name":"' + fill("\\u0041").encode() + b'"}',
    "surrogates": b'{"name":"' + fill("\\ud800").encode() + b'"}',
    "no text": b"\xff" * SIZE,
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
def test_odd_body_is_refused_at_once_in_few_words(api: ApiClient, body: bytes) -> None:
    for answer in (api.post("/users", body), api.patch("/users/a@x.org", body)):
        assert answer.status == 422, answer.body
        assert len(answer.body) < 200_000
        assert all(len(fault["pointer"]) < 1000 for fault in answer.json()["errors"])


def test_long_name_of_a_member_is_told_by_its_length(api: ApiClient) -> None:
    problem = api.post("/users", user(**{"x" * 5000: 1})).json()
    said = "a member with a name of 5000 characters is not known here"
    assert problem["errors"] == [{"pointer": "#", "detail": said}]


URL_PARTS = ["@", "@/", "/", "a/", "%40", "%", "..", "+", "&", "a=&", "~", "~41"]
TAGS = ['"', '"a', '"1",', 'W/"1",', "W/", '"1" ,', '"1"\t', ",", " ", "*"]


@pytest.mark.parametrize("piece", URL_PARTS)
def test_long_path_is_answered_at_once(api: ApiClient, piece: str) -> None:
    for path in ("/users/", "/datasets/"):
        for end in ("", "/x", "@", "%0A"):
            # Every route is looked at for the methods that a path knows.
            assert_answered(api.call("PUT", path + fill(piece, LINE) + end))
            assert_answered(api.get(path + fill(piece, LINE) + end))


@pytest.mark.parametrize("piece", [*URL_PARTS, "a", "A", "role=x&", "%20", "a%20"])
def test_long_query_is_answered_at_once(api: ApiClient, piece: str) -> None:
    for name in ("role", "limit", "cursor"):
        assert_answered(api.get("/users", query=f"{name}=a{fill(piece, LINE)}a"))
    assert_answered(api.get("/users/search", query=f"q=a{fill(piece, LINE)}a"))


def test_many_different_parameters_are_answered_at_once(api: ApiClient) -> None:
    query = "&".join(f"{number:x}=" for number in range(15_000))
    assert_answered(api.get("/users", query=query))


@pytest.mark.parametrize("piece", TAGS)
def test_long_condition_is_answered_at_once(api: ApiClient, piece: str) -> None:
    for begin, end in (("", '"'), ('"1"', "x"), ('"1"', '"1"')):
        tags = begin + fill(piece, LINE) + end
        assert_answered(api.delete("/users/a@x.org", headers={"If-Match": tags}))
        assert_answered(api.get("/users/a@x.org", headers={"If-None-Match": tags}))


@pytest.mark.parametrize(
    "name",
    [
        "Accept",
        "Content-Type",
        "Content-Length",
        "Cookie",
        "Host",
        "Idempotency-Key",
        "X-Request-Id",
    ],
)
@pytest.mark.parametrize("piece", [";", ';a="', ';"', ",", ":", ":1", "9", "=", 'a/b;q="\\"'])
def test_long_header_is_answered_at_once(api: ApiClient, name: str, piece: str) -> None:
    value = "application/json;" * (name == "Content-Type") + fill(piece, LINE)
    assert_answered(api.post("/users", user(), headers={name: value}))


def test_many_headers_are_answered_at_once(api: ApiClient) -> None:
    assert_answered(api.get("/users", headers={f"h{number}": "" for number in range(10_000)}))


def assert_answered(answer: Answer) -> None:
    assert answer.status != 500, answer.body
    assert len(answer.body) < LARGEST_ANSWER


def patterns(schema: Any) -> Iterator[str]:
    """Every pattern that the document gives a client to check with."""
    if isinstance(schema, dict):
        if isinstance(found := schema.get("pattern"), str):
            yield found
        schema = list(schema.values())
    if isinstance(schema, list):
        for one in schema:
            yield from patterns(one)


def test_patterns_of_the_document_are_safe_to_check_with(
    api: ApiClient, process: LimitedProcess
) -> None:
    published = set(patterns(api.get("/openapi.json").json()))
    assert len(published) >= 5
    texts = [*TEXTS.values(), *map(fill, URL_PARTS), *map(fill, TAGS)]
    for pattern in published:
        process.run(
            search_all, pattern, [text[:LINE] + end for text in texts for end in ("", "\0")]
        )

"""Payloads, as Lambda reads them."""

import base64

import pytest

from samulator.http.lambda_api.error import LambdaError
from samulator.http.lambda_api.payload import read_client_context, read_payload


@pytest.mark.parametrize(
    ("sent", "given"),
    [
        (b"", b"{}"),
        (b"\xef\xbb\xbf{}", b"{}"),
        *(
            (text, text)
            for text in (
                b" [1, 2]\n",
                b'{"a": 1, "a": 2}',
                b'"\\ud800"',
                '"ü"'.encode(),
                b"1e999",
                b"9" * 1_000,
                b"null",
                b"[" * 1_000 + b"]" * 1_000,
                b'{"a":' * 1_000 + b"1" + b"}" * 1_000,
                b'"' + b"[" * 5_000 + b'"',
                b'["\\"[", "' + b"{" * 5_000 + b'\\\\"]',
            )
        ),
    ],
)
def test_json_reaches_the_function_as_it_was_sent(sent: bytes, given: bytes) -> None:
    assert read_payload(sent) == given


@pytest.mark.parametrize(
    "sent",
    [
        b"{not json",
        b" ",
        b"{} {}",
        b"[1,]",
        b"01",
        b"+1",
        b"'a'",
        b"NaN",
        b"[Infinity]",
        b'{"a": -Infinity}',
        b"9" * 1_001,
        b"9" * 100_000,
        b"0." + b"9" * 1_000,
        b"[" * 1_001 + b"]" * 1_001,
        b"[" * 20_000 + b"]" * 20_000,
        b'{"a":' * 2_000 + b"1" + b"}" * 2_000,
        b"[" * 20_000,
        b'"a\nb"',
        b'"\\x"',
        b'"\xff"',
        b'"\xed\xa0\x80"',
        '{"a": 1}'.encode("utf-16"),
        b"\0",
        b'"' + b"\\" * 100_001,
    ],
    ids=lambda sent: repr(sent[:20]),
)
def test_what_lambda_cannot_read_is_refused(sent: bytes) -> None:
    with pytest.raises(LambdaError, match="Could not parse request body into json") as caught:
        read_payload(sent)
    assert (caught.value.status, caught.value.code) == (400, "InvalidRequestContentException")


def encoded(text: bytes) -> str:
    return base64.b64encode(text).decode()


def test_client_context_is_decoded() -> None:
    assert read_client_context(encoded(b'{"custom": {}}')) == '{"custom": {}}'
    assert read_client_context(None) is None


@pytest.mark.parametrize(
    ("context", "code"),
    [
        ("not base64!", "InvalidRequestContentException"),
        (encoded(b"[1]"), "InvalidRequestContentException"),
        (encoded(b'{"a": NaN}'), "InvalidRequestContentException"),
        (encoded(b"\xff"), "InvalidRequestContentException"),
        (encoded(b'{"a": "%s"}' % (b"x" * 3_000)), "InvalidParameterValueException"),
    ],
)
def test_client_context_that_cannot_be_read_is_refused(context: str, code: str) -> None:
    with pytest.raises(LambdaError) as caught:
        read_client_context(context)
    assert caught.value.code == code

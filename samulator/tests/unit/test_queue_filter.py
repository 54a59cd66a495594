"""Filters of queue messages, by the examples of the Lambda Developer Guide."""

import json
from typing import Any

import pytest

from samulator.template.event_pattern import InvalidPattern
from samulator.template.record_filter import read_queue_filter


def matches(pattern: object, body: object, **record: Any) -> bool:
    text = body if isinstance(body, str) else json.dumps(body)
    return read_queue_filter(json.dumps(pattern))({"body": text, **record})


PERSON = {"name": "Alice", "age": 30, "tags": ["a", "b"], "address": {"city": "Bern"}, "nick": None}


@pytest.mark.parametrize(
    ("pattern", "is_match"),
    [
        ({"name": ["Alice"]}, True),
        ({"name": ["alice"]}, False),
        ({"name": [{"equals-ignore-case": "ALICE"}]}, True),
        ({"name": ["Bob", "Alice"]}, True),
        ({"name": ["Alice"], "age": [31]}, False),
        ({"$or": [{"name": ["Bob"]}, {"age": [30]}]}, True),
        ({"$or": [{"name": ["Bob"]}, {"age": [31]}]}, False),
        ({"name": [{"anything-but": ["Alice"]}]}, False),
        ({"name": [{"anything-but": "Bob"}]}, True),
        ({"name": [{"anything-but": {"prefix": "Al"}}]}, False),
        ({"gone": [{"anything-but": "Bob"}]}, False),
        ({"age": [{"numeric": ["=", 30]}]}, True),
        ({"age": [{"numeric": [">", 20, "<=", 30]}]}, True),
        ({"age": [{"numeric": [">", 30]}]}, False),
        ({"name": [{"numeric": [">", 0]}]}, False),
        ({"name": [{"exists": True}]}, True),
        ({"gone": [{"exists": True}]}, False),
        ({"gone": [{"exists": False}]}, True),
        ({"name": [{"prefix": "Al"}]}, True),
        ({"name": [{"suffix": "ce"}]}, True),
        ({"age": [{"prefix": "3"}]}, False),
        ({"nick": [None]}, True),
        ({"gone": [None]}, False),
        ({"name": [""]}, False),
        ({"tags": ["b"]}, True),
        ({"tags": ["c"]}, False),
        ({"address": {"city": ["Bern"]}}, True),
        ({"address": {"city": ["Rom"]}}, False),
        ({"name": {"first": ["Alice"]}}, False),
        ({"age": ["30"]}, False),
    ],
)
def test_a_pattern_matches_as_lambda_documents(pattern: object, is_match: bool) -> None:
    assert matches({"body": pattern}, PERSON) is is_match


def test_true_is_not_one() -> None:
    assert not matches({"body": {"a": [1]}}, {"a": True})
    assert matches({"body": {"a": [True]}}, {"a": True})


def test_a_body_of_another_kind_than_the_pattern_does_not_match() -> None:
    assert not matches({"body": {"a": [1]}}, "plain")
    assert not matches({"body": {"a": [{"exists": False}]}}, "[1]")
    assert not matches({"body": ["plain"]}, {"a": 1})
    assert matches({"body": ["plain"]}, "plain")
    assert matches({"body": [{"prefix": "pl"}]}, "plain")


def test_what_the_pattern_does_not_name_is_any() -> None:
    assert matches({}, "plain")
    attributes = {"kind": {"stringValue": "a", "dataType": "String"}}
    pattern = {"messageAttributes": {"kind": {"stringValue": ["a"]}}}
    assert matches(pattern, "plain", messageAttributes=attributes)
    assert not matches(pattern, "plain", messageAttributes={})


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "1",
        '{"body": 1}',
        '{"body": []}',
        '{"body": {"a": [{"wildcard": "*"}]}}',
        '{"body": {"a": [{"numeric": [">"]}]}}',
        '{"body": {"a": [{"numeric": ["~", 1]}]}}',
        '{"body": {"a": [{"numeric": [">", "1"]}]}}',
        '{"body": {"a": [{"exists": "true"}]}}',
        '{"body": {"a": [{"prefix": 1}]}}',
        '{"body": {"a": [{"prefix": "a", "suffix": "b"}]}}',
        '{"$or": [1]}',
    ],
)
def test_a_pattern_that_lambda_does_not_take_is_refused(text: str) -> None:
    with pytest.raises(InvalidPattern):
        read_queue_filter(text)

"""Event patterns, by the examples of the EventBridge and SNS guides."""

import json

import pytest

from samulator.template.event_pattern import (
    EVENT_BRIDGE,
    LAMBDA,
    SNS,
    InvalidPattern,
    read_pattern,
)

EVENT = {
    "source": "aws.ec2",
    "region": "us-east-1",
    "detail": {
        "state": "Running",
        "path": "dir/sub/report.PNG",
        "ip": "10.0.0.7",
        "cost": 7,
        "tags": ["a", "b"],
        "items": [{"id": 1}, {"id": 2}],
        "nothing": None,
        "star": "a*b",
    },
}


@pytest.mark.parametrize(
    ("detail", "is_match"),
    [
        ({"ip": [{"cidr": "10.0.0.0/24"}]}, True),
        ({"ip": [{"cidr": "10.0.1.0/24"}]}, False),
        ({"state": [{"cidr": "10.0.0.0/24"}]}, False),
        ({"path": [{"wildcard": "dir/*.PNG"}]}, True),
        ({"path": [{"wildcard": "*/sub/*"}]}, True),
        ({"path": [{"wildcard": "dir/*.png"}]}, False),
        ({"star": [{"wildcard": "a\\*b"}]}, True),
        ({"path": [{"wildcard": "dir\\*"}]}, False),
        ({"path": [{"suffix": {"equals-ignore-case": ".png"}}]}, True),
        ({"state": [{"prefix": {"equals-ignore-case": "RUN"}}]}, True),
        ({"state": [{"prefix": {"equals-ignore-case": "STOP"}}]}, False),
        ({"state": [{"anything-but": {"equals-ignore-case": ["running", "stopped"]}}]}, False),
        ({"state": [{"anything-but": {"equals-ignore-case": "stopped"}}]}, True),
        ({"path": [{"anything-but": {"wildcard": "*/sub/*"}}]}, False),
        ({"path": [{"anything-but": {"suffix": [".PNG", ".jpg"]}}]}, False),
        ({"cost": [{"anything-but": [7]}]}, False),
        ({"cost": [{"anything-but": 8}]}, True),
        ({"tags": [{"anything-but": ["a"]}]}, True),
        ({"items": {"id": [2]}}, True),
        ({"items": {"id": [3]}}, False),
        ({"nothing": [{"exists": True}]}, True),
        ({"items": [{"exists": True}]}, False),
        ({"$or": [{"cost": [{"numeric": [">", 9]}]}, {"state": ["Running"]}]}, True),
    ],
)
def test_a_pattern_matches_as_eventbridge_documents(
    detail: dict[str, object], is_match: bool
) -> None:
    assert read_pattern({"source": ["aws.ec2"], "detail": detail})(EVENT) is is_match


def test_a_pattern_is_taken_as_text_too() -> None:
    assert read_pattern(json.dumps({"source": [{"prefix": "aws."}]}))(EVENT)


def test_sns_wants_all_of_an_array_to_be_others_and_eventbridge_one() -> None:
    pattern, event = {"tags": [{"anything-but": ["a"]}]}, {"tags": ["a", "b"]}
    assert read_pattern(pattern, EVENT_BRIDGE)(event)
    assert not read_pattern(pattern, SNS)(event)
    assert read_pattern(pattern, SNS)({"tags": ["b", "c"]})
    assert not read_pattern(pattern, SNS)({})


@pytest.mark.parametrize(
    "entry",
    [
        {"wildcard": "a**b"},
        {"wildcard": "a\\b"},
        {"cidr": "10.0.0.0/64"},
        {"cidr": 1},
        {"prefix": {"suffix": "a"}},
        {"anything-but": []},
        {"anything-but": {"prefix": []}},
        {"anything-but": {"numeric": [">", 1]}},
        {"anything-but": [["a"]]},
        {"unknown": 1},
    ],
)
def test_what_eventbridge_does_not_take_is_refused(entry: dict[str, object]) -> None:
    with pytest.raises(InvalidPattern):
        read_pattern({"detail": {"a": [entry]}})


def test_lambda_takes_fewer_operators_than_eventbridge() -> None:
    assert read_pattern({"ip": [{"cidr": "10.0.0.0/8"}]}, LAMBDA)({"ip": "10.1.2.3"})
    for entry in ({"wildcard": "*"}, {"anything-but": {"wildcard": "*"}}):
        read_pattern({"a": [entry]}, EVENT_BRIDGE)
        with pytest.raises(InvalidPattern, match="is not understood here"):
            read_pattern({"a": [entry]}, LAMBDA)

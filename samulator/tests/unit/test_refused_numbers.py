"""Numbers that AWS refuses are told with their range; others are not doubted."""

import pytest

from samulator.template.load import load_application
from samulator.template.model import Resource
from samulator.template.refused_numbers import refused_number


def refused(kind, **properties):
    return [*refused_number(Resource("R", kind, "R", properties))]


@pytest.mark.parametrize(
    ("kind", "properties", "reason"),
    [
        (
            "AWS::SQS::Queue",
            {"VisibilityTimeout": 50_000},
            "VisibilityTimeout 50000 (0 to 43200)",
        ),
        ("AWS::SQS::Queue", {"DelaySeconds": "-1"}, "DelaySeconds -1 (0 to 900)"),
        (
            "AWS::SQS::Queue",
            {"RedrivePolicy": {"maxReceiveCount": 0}},
            "RedrivePolicy.maxReceiveCount 0 (1 to 1000)",
        ),
        (
            "AWS::Kinesis::Stream",
            {"RetentionPeriodHours": 1},
            "RetentionPeriodHours 1 (24 to 8760)",
        ),
        ("AWS::Lambda::Function", {"Timeout": "901"}, "Timeout 901 (1 to 900)"),
    ],
)
def test_a_number_out_of_range_is_told_with_the_range(kind, properties, reason):
    assert refused(kind, **properties) == [reason]


@pytest.mark.parametrize(
    ("kind", "properties"),
    [
        ("AWS::SQS::Queue", {"VisibilityTimeout": 43_200, "DelaySeconds": "0"}),
        ("AWS::SQS::Queue", {"VisibilityTimeout": "{{resolve:ssm:/x}}"}),
        ("AWS::SQS::Queue", {"RedrivePolicy": '{"maxReceiveCount": 0}'}),
        ("AWS::SNS::Topic", {"VisibilityTimeout": 50_000}),
    ],
)
def test_other_numbers_are_taken(kind, properties):
    assert refused(kind, **properties) == []


def test_a_template_is_warned_of_it(tmp_path):
    template = tmp_path / "template.yaml"
    template.write_text(
        "Resources: {Q: {Type: AWS::SQS::Queue, Properties: {VisibilityTimeout: 50000}}}",
        encoding="utf-8",
    )
    assert load_application(template).warnings == (
        "Q: AWS refuses this: VisibilityTimeout 50000 (0 to 43200)",
    )

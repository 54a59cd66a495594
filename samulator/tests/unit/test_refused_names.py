"""Names that AWS refuses are told, with what they may be made of; others are not doubted."""

import pytest

from samulator.template.model import Resource
from samulator.template.refused_names import refused_name


def refused(kind, **properties):
    return [*refused_name(Resource("R", kind, "R", properties))]


@pytest.mark.parametrize(
    ("kind", "properties", "reason"),
    [
        (
            "AWS::DynamoDB::Table",
            {"TableName": "ab"},
            "TableName 'ab' (3 to 255 letters, digits and - _ .)",
        ),
        (
            "AWS::SQS::Queue",
            {"QueueName": "my.queue"},
            "QueueName 'my.queue' (1 to 80 letters, digits and - _)",
        ),
        (
            "AWS::SQS::Queue",
            {"QueueName": "jobs", "FifoQueue": "true"},
            "QueueName 'jobs' (it ends in .fifo where FifoQueue is true, and there alone)",
        ),
        (
            "AWS::SNS::Topic",
            {"TopicName": "jobs.fifo"},
            "TopicName 'jobs.fifo' (it ends in .fifo where FifoTopic is true, and there alone)",
        ),
        ("AWS::KMS::Alias", {"AliasName": "key"}, "AliasName 'key' (it begins with alias/)"),
        (
            "AWS::Lambda::Function",
            {"FunctionName": "f" * 65},
            f"FunctionName '{'f' * 65}' (1 to 64 letters, digits and - _)",
        ),
    ],
)
def test_a_name_that_aws_refuses_is_told_with_what_it_may_be(kind, properties, reason):
    assert refused(kind, **properties) == [reason]


@pytest.mark.parametrize(
    ("kind", "properties"),
    [
        ("AWS::DynamoDB::Table", {"TableName": "a.b"}),
        ("AWS::DynamoDB::Table", {}),
        ("AWS::DynamoDB::Table", {"TableName": "{{resolve:ssm:/x}}"}),
        ("AWS::SQS::Queue", {"QueueName": "jobs.fifo", "FifoQueue": True}),
        ("AWS::SSM::Parameter", {"Name": "/app/x_y.z"}),
        ("AWS::Logs::LogGroup", {"LogGroupName": "/aws/lambda/f"}),
        ("AWS::Glue::Database", {"Name": "any thing"}),
    ],
)
def test_other_names_are_taken(kind, properties):
    assert refused(kind, **properties) == []

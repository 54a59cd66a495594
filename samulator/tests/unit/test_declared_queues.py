"""What a queue is made with, of all that a template says of it."""

import pytest

from samulator.servers.aws.resources.sqs import create_queue
from samulator.template.model import Resource


class Calls:
    """Stands for AWS's services and keeps what they are asked."""

    def __init__(self):
        self.asked = []

    def call(self, *asked):
        self.asked.append(asked)
        return {}


def attributes(**properties):
    calls = Calls()
    create_queue(Resource("Q", "AWS::SQS::Queue", "orders", properties, ()), calls)
    ((service, operation, wanted),) = calls.asked
    assert (service, operation, wanted["QueueName"]) == ("sqs", "create_queue", "orders")
    return wanted["Attributes"]


@pytest.mark.parametrize(
    ("properties", "expected"),
    [
        (
            {"VisibilityTimeout": 60, "DelaySeconds": "5"},
            {"VisibilityTimeout": 60, "DelaySeconds": "5"},
        ),
        ({"FifoQueue": "true"}, {"FifoQueue": "true"}),
        ({"FifoQueue": False}, {}),
        # No property of a queue: CloudFormation knows QueueName alone.
        ({"Name": "orders-of-today"}, {}),
        # Set when the other queue is there.
        ({"RedrivePolicy": {"maxReceiveCount": 3}}, {}),
    ],
)
def test_a_queue_is_made_with_its_attributes_alone(properties, expected):
    assert attributes(**properties) == expected

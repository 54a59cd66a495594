"""What queues tell of themselves."""

from uuid import uuid4

from testkit.event_app import EventApp


def test_times_of_a_queue_are_whole_seconds(app: EventApp) -> None:
    sqs, name = app.client("sqs"), f"q-{uuid4().hex}"
    app.queue(name)
    url = sqs.get_queue_url(QueueName=name)["QueueUrl"]
    told = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    assert told["CreatedTimestamp"].isdecimal()
    assert told["LastModifiedTimestamp"].isdecimal()

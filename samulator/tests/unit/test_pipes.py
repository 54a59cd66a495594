"""What pipes of templates are read as, and what their templates write."""

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent, indent

import pytest

from samulator.control.effects import effects
from samulator.events.pipes.pipe_input import pipe_event, transformed
from samulator.template.load import load_application
from samulator.template.model import Application
from samulator.template.model_pipe import PipeStep

EVENT = {"messageId": "m-1", "body": '{"a": {"b": [1, "two"]}, "q": "say \\"hi\\""}'}
HEAD = """\
Resources:
  Jobs: {Type: AWS::SQS::Queue}
  Done: {Type: AWS::SQS::Queue}
"""


@pytest.fixture
def load(tmp_path: Path) -> Callable[[str], Application]:
    def load(pipe: str) -> Application:
        template = tmp_path / "template.yaml"
        template.write_text(HEAD + indent(dedent(pipe), "  "))
        return load_application(template)

    return load


@pytest.mark.parametrize(
    ("template", "written"),
    [
        (None, EVENT),
        ('{"b": <$.body.a.b>}', {"b": [1, "two"]}),
        ('{"text": "<$.body.a.b[1]> of <$.messageId>"}', {"text": "two of m-1"}),
        ('{"q": "<$.body.q>"}', {"q": 'say "hi"'}),
        ('{"none": <$.nothing.at.all>}', {"none": None}),
        ("id <$.messageId>", 'id "m-1"'),
        ("<aws.pipes.event.json>", EVENT),
    ],
)
def test_a_template_writes_what_its_paths_find(template, written):
    assert transformed(template, EVENT) == written


def test_what_lambda_nests_below_kinesis_is_at_the_top():
    record = {"kinesis": {"data": "YQ==", "partitionKey": "k"}, "eventSource": "aws:kinesis"}
    assert pipe_event(record) == {
        "data": "YQ==",
        "partitionKey": "k",
        "eventSource": "aws:kinesis",
    }


def test_a_pipe_is_read_with_its_filters_and_templates(load):
    application = load(
        """\
          Pipe:
            Type: AWS::Pipes::Pipe
            Properties:
              RoleArn: arn:aws:iam::123456789012:role/any
              Source: !GetAtt Jobs.Arn
              SourceParameters:
                FilterCriteria: {Filters: [{Pattern: '{"body": {"a": [1]}}'}]}
                SqsQueueParameters: {BatchSize: 2}
              Target: !GetAtt Done.Arn
              TargetParameters: {InputTemplate: "<$.body>"}
        """
    )

    (pipe,) = application.pipes
    assert (pipe.source.queue, pipe.source.batch_size) == ("Jobs", 2)
    assert pipe.source.filters == ('{"body": {"a": [1]}}',)
    assert isinstance(pipe.target, PipeStep)
    assert pipe.target.template == "<$.body>"
    row = next(each for each in effects(application, Path()) if each.name == "Pipe")
    assert (row.works, row.does) == (True, "Jobs leads to Done")


def test_a_pipe_to_what_nothing_here_stands_for_is_named(load):
    application = load(
        """\
          Pipe:
            Type: AWS::Pipes::Pipe
            Properties:
              RoleArn: arn:aws:iam::123456789012:role/any
              Source: !GetAtt Jobs.Arn
              Target: arn:aws:events:us-east-1:123456789012:api-destination/away/1
        """
    )

    assert application.pipes == ()
    row = next(each for each in effects(application, Path()) if each.name == "Pipe")
    assert (row.works, "rule of an event bus or a function ask away" in row.does) == (False, True)

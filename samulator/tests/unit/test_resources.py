"""The resources of a template as CloudFormation would get them."""

import json
import textwrap
from pathlib import Path

import pytest

from samulator.template.load import load_application
from samulator.template.model import Resource


@pytest.fixture
def resources(tmp_path: Path):
    def read(text: str) -> dict[str, Resource]:
        (tmp_path / "code").mkdir(exist_ok=True)
        (tmp_path / "template.yaml").write_text(textwrap.dedent(text), encoding="utf-8")
        application = load_application(tmp_path / "template.yaml")
        print(*application.warnings, sep="\n")
        return dict(application.resources)

    return read


@pytest.fixture
def write(tmp_path: Path):
    def write(name: str, text: str) -> None:
        (tmp_path / name).write_text(textwrap.dedent(text), encoding="utf-8")

    return write


FUNCTION = """\
  F:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: code, Handler: app.handler, Runtime: python3.11, Layers: [!Ref L]}
  L:
    Type: AWS::Serverless::LayerVersion
    Properties: {ContentUri: code}
"""


def test_sam_resources_become_plain_ones_with_their_local_paths(resources):
    read = resources("Resources:\n" + FUNCTION)

    assert [read["F"].type, read["L"].type] == [
        "AWS::Lambda::Function",
        "AWS::Lambda::LayerVersion",
    ]
    assert read["F"].properties["Code"] == "code"
    assert read["L"].properties["Content"] == "code"
    assert read["F"].properties["Role"] == "arn:aws:iam::123456789012:role/FRole"
    assert read["FRole"].origin == "F"


def test_a_layer_is_known_by_the_id_that_the_template_gives_it(resources):
    read = resources("Resources:\n" + FUNCTION)

    assert read["F"].properties["Layers"] == ["arn:aws:lambda:us-east-1:123456789012:layer:L:1"]
    assert "L" in read["F"].depends_on


def test_each_resource_comes_after_those_that_it_depends_on(resources):
    read = resources(
        """\
        Resources:
          Work:
            Type: AWS::SQS::Queue
            Properties:
              RedrivePolicy: {deadLetterTargetArn: !GetAtt Dead.Arn, maxReceiveCount: 3}
          Last: {Type: AWS::SNS::Topic, DependsOn: Work}
          Dead: {Type: AWS::SQS::Queue}
        """
    )

    assert list(read) == ["Dead", "Work", "Last"]
    assert read["Work"].depends_on == ("Dead",)


def test_what_a_condition_leaves_out_is_not_there(resources):
    read = resources(
        """\
        Parameters: {Stage: {Type: String, Default: dev}}
        Conditions: {IsProd: !Equals [!Ref Stage, prod]}
        Resources:
          Always:
            Type: AWS::SNS::Topic
            Properties: {TopicName: !If [IsProd, a, !Ref AWS::NoValue]}
          Sometimes: {Type: AWS::SQS::Queue, Condition: IsProd}
        """
    )

    assert set(read) == {"Always"}
    assert read["Always"].properties == {}
    assert read["Always"].name == "Always"


@pytest.mark.parametrize(
    ("type_", "attribute", "value"),
    [
        ("AWS::DynamoDB::Table", "Arn", "arn:aws:dynamodb:us-east-1:123456789012:table/X"),
        ("AWS::SNS::Topic", "TopicArn", "arn:aws:sns:us-east-1:123456789012:X"),
        ("AWS::Kinesis::Stream", "Arn", "arn:aws:kinesis:us-east-1:123456789012:stream/X"),
        (
            "AWS::RDS::DBInstance",
            "DBInstanceArn",
            "arn:aws:rds:us-east-1:123456789012:dbinstance/X",
        ),
        ("AWS::EC2::VPC", "VpcId", "X"),
    ],
)
def test_an_attribute_is_what_the_resource_would_have(resources, type_, attribute, value):
    read = resources(
        f"""\
        Resources:
          X: {{Type: {type_}}}
          Told: {{Type: AWS::SSM::Parameter, Properties: {{Value: !GetAtt X.{attribute}}}}}
        """
    )

    assert read["Told"].properties["Value"] == value


def test_a_loop_makes_a_resource_of_each_item(resources):
    read = resources(
        """\
        Transform: [AWS::LanguageExtensions, AWS::Serverless-2016-10-31]
        Parameters: {Names: {Type: CommaDelimitedList, Default: "a-1, b"}}
        Resources:
          Fn::ForEach::Queues:
            - Name
            - !Ref Names
            - Queue&{Name}:
                Type: AWS::SQS::Queue
                Properties: {QueueName: !Sub "${Name}-queue"}
        """
    )

    assert {key: resource.name for key, resource in read.items()} == {
        "Queuea1": "a-1-queue",
        "Queueb": "b-queue",
    }


@pytest.mark.parametrize(
    "properties",
    [
        "{StageName: dev, DefinitionUri: api.yaml}",
        """{StageName: dev, DefinitionBody:
            {Fn::Transform: {Name: AWS::Include, Parameters: {Location: api.yaml}}}}""",
    ],
)
def test_an_api_has_the_body_that_a_local_file_holds(resources, write, properties):
    write(
        "api.yaml",
        """\
        openapi: 3.0.1
        info: {title: !Sub "${AWS::StackName}", version: "1"}
        paths: {/: {get: {responses: {}}}}
        """,
    )

    read = resources(
        f"Resources: {{Api: {{Type: AWS::Serverless::Api, Properties: {properties}}}}}"
    )

    assert read["Api"].properties["Body"]["info"]["title"] == "local"
    assert list(read["Api"].properties["Body"]["paths"]) == ["/"]


@pytest.mark.parametrize(
    "definition",
    [
        "DefinitionUri: flow.asl.json",
        """Definition:
            {StartAt: One, States: {One: {Type: Task, Resource: "${Arn}", End: true}}}""",
    ],
)
def test_a_state_machine_has_its_definition_as_text_with_substitutions_made(
    resources, write, definition
):
    write(
        "flow.asl.json",
        """\
        {"StartAt": "One", "States": {"One": {"Type": "Task", "Resource": "${Arn}", "End": true}}}
        """,
    )

    read = resources(
        f"""\
        Resources:
          T: {{Type: AWS::SNS::Topic}}
          Flow:
            Type: AWS::Serverless::StateMachine
            Properties: {{{definition}, DefinitionSubstitutions: {{Arn: !Ref T}}}}
        """
    )

    text = read["Flow"].properties["DefinitionString"]
    one = {"Type": "Task", "Resource": "arn:aws:sns:us-east-1:123456789012:T", "End": True}
    assert json.loads(text) == {"StartAt": "One", "States": {"One": one}}
    assert "T" in read["Flow"].depends_on


def test_a_definition_that_is_missing_is_named(resources, capsys):
    resources(
        """\
        Resources:
          Flow: {Type: AWS::Serverless::StateMachine, Properties: {DefinitionUri: no.json}}
        """
    )

    assert "Flow: its definition cannot be read: no.json: No such file" in capsys.readouterr().out

"""Slips in the names of properties are told with the name that was meant; others are not."""

import tomllib
from pathlib import Path

import pytest

from samulator import template as template_package
from samulator.template.load import load_application
from samulator.template.model import Resource
from samulator.template.refused_properties import refused_property

TABLE = Path(template_package.__file__).with_name("property_names.toml")


def refused(kind, *names):
    return [*refused_property(Resource("R", kind, "R", dict.fromkeys(names, "x")))]


@pytest.mark.parametrize(
    ("kind", "slip", "meant"),
    [
        ("AWS::SQS::Queue", "VisibilityTimeoutt", "VisibilityTimeout"),
        ("AWS::SQS::Queue", "redrivePolicy", "RedrivePolicy"),
        ("AWS::SNS::Topic", "Topicname", "TopicName"),
        ("AWS::DynamoDB::Table", "AttributeDefinition", "AttributeDefinitions"),
        ("AWS::S3::Bucket", "VersionConfiguration", "VersioningConfiguration"),
        ("AWS::Events::Rule", "EventPatern", "EventPattern"),
        ("AWS::StepFunctions::StateMachine", "DefinitionStrings", "DefinitionString"),
        ("AWS::SecretsManager::Secret", "GenerateSecretStrings", "GenerateSecretString"),
        ("AWS::SSM::Parameter", "Valeu", "Value"),
        ("AWS::Cognito::UserPool", "AutoVerifiedAttribute", "AutoVerifiedAttributes"),
        ("AWS::Cognito::UserPoolClient", "UserPoolID", "UserPoolId"),
        ("AWS::Kinesis::Stream", "ShardCounts", "ShardCount"),
        ("AWS::Events::EventBus", "Descripton", "Description"),
        ("AWS::Lambda::Function", "MemorySizes", "MemorySize"),
    ],
)
def test_a_slip_is_told_with_the_property_that_was_meant(kind, slip, meant):
    expected = f"{slip} ({kind} has no such property; did you mean {meant}?)"

    assert refused(kind, slip) == [expected]


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        ("AWS::SQS::Queue", ("VisibilityTimeout", "QueueName", "Tags")),
        # What AWS has since this list was made.
        ("AWS::SQS::Queue", ("ArchiveDuration",)),
        ("AWS::SNS::Topic", ("TopicName", "TopicNames")),
        ("AWS::Unlisted::Type", ("VisibilityTimeoutt",)),
    ],
)
def test_other_names_are_taken(kind, names):
    assert refused(kind, *names) == []


def test_check_warns_of_the_slip(tmp_path: Path):
    template = tmp_path / "template.yaml"
    template.write_text(
        "Resources: {Jobs: {Type: AWS::SQS::Queue, Properties: {VisibilityTimeoutt: 30}}}"
    )

    assert load_application(template).warnings == (
        "Jobs: AWS refuses this: VisibilityTimeoutt (AWS::SQS::Queue has no such property; did "
        "you mean VisibilityTimeout?)",
    )


def test_the_listed_properties_are_those_of_aws():
    """By the schemas of cfn-lint, which no user of samulator needs; what is read-only is left."""
    schemas = pytest.importorskip("cfnlint.schema.manager", reason="cfn-lint has AWS's schemas")
    for kind, names in tomllib.loads(TABLE.read_text(encoding="utf-8")).items():
        schema = schemas.PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", kind).schema
        read_only = {place.split("/")[2] for place in schema.get("readOnlyProperties", ())}

        assert set(names.split()) <= schema["properties"].keys(), kind
        assert schema["properties"].keys() - read_only <= set(names.split()), kind

"""Slips in the names of properties are told with the name that was meant; others are not."""

from pathlib import Path

import pytest

from samulator.template.load import load_application
from samulator.template.model import Resource
from samulator.template.refused_properties import refused_property


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

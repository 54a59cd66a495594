"""Properties with a slip in their names are told; those that AWS has are not doubted."""

import pytest

from samulator.template.load import load_application
from samulator.template.model import Resource
from samulator.template.property_names import PROPERTY_NAMES
from samulator.template.unknown_properties import unknown_properties


def said(kind, *names):
    return [*unknown_properties({"R": Resource("R", kind, "R", dict.fromkeys(names, "x"))})]


@pytest.mark.parametrize(
    ("kind", "written", "meant"),
    [
        ("AWS::SQS::Queue", "VisibilityTimeoutt", "VisibilityTimeout"),
        ("AWS::SQS::Queue", "redrivePolicy", "RedrivePolicy"),
        ("AWS::DynamoDB::Table", "KeySchemas", "KeySchema"),
        ("AWS::S3::Bucket", "Bucketname", "BucketName"),
        ("AWS::Lambda::Function", "TimeOut", "Timeout"),
    ],
)
def test_a_slip_is_answered_with_the_property_that_was_meant(kind, written, meant):
    assert said(kind, written) == [
        f"R: no property {written} of {kind} is known; did you mean {meant}?"
    ]


def test_what_is_near_to_nothing_is_named_without_a_guess():
    assert said("AWS::SQS::Queue", "Colour") == [
        "R: no property Colour of AWS::SQS::Queue is known"
    ]


def test_what_is_not_listed_and_what_is_an_intrinsic_is_not_doubted():
    assert said("AWS::RDS::DBInstance", "Whatever") == []
    assert said("AWS::SQS::Queue", "Fn::Transform", "DelaySeconds") == []


def test_the_listed_properties_are_those_of_aws():
    """By the schemas of cfn-lint, which no user of samulator needs."""
    schemas = pytest.importorskip("cfnlint.schema.manager", reason="cfn-lint has AWS's schemas")
    for kind, names in PROPERTY_NAMES.items():
        schema = schemas.PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", kind).schema
        assert names == frozenset(schema["properties"])


def test_a_template_is_warned_of_it(tmp_path):
    template = tmp_path / "template.yaml"
    template.write_text(
        "Resources: {Q: {Type: AWS::SQS::Queue, Properties: {VisibilityTimeoutt: 5}}}",
        encoding="utf-8",
    )
    assert load_application(template).warnings == (
        "Q: no property VisibilityTimeoutt of AWS::SQS::Queue is known; did you mean "
        "VisibilityTimeout?",
    )

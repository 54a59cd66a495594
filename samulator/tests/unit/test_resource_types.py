"""Types of resources that AWS does not have are told apart from those that are not served here."""

import pytest

from samulator.control.effects import effects
from samulator.control.effects_table import idle_lines
from samulator.control.resource_types import mistaken_type
from samulator.template.load import load_application


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("AWS::S3::Bukket", "AWS::S3::Bucket"),
        ("AWS::DynamoDB::Tabel", "AWS::DynamoDB::Table"),
        ("AWS::Serverless::Functoin", "AWS::Serverless::Function"),
        ("AWS::Serverless::HttpAPI", "AWS::Serverless::HttpApi"),
        ("AWS::Serverles::Function", "AWS::Serverless::Function"),
        ("AWS::Lambda::function", "AWS::Lambda::Function"),
        ("AWS::Event::Rule", "AWS::Events::Rule"),
        ("AWS::S3:Bucket", "AWS::S3::Bucket"),
    ],
)
def test_a_slip_is_answered_with_the_type_that_was_meant(written, meant):
    said = mistaken_type(written)

    assert said is not None
    assert said.endswith(f"; did you mean {meant}?")
    assert written in said


@pytest.mark.parametrize("written", ["AWS-Events", "Bucket", "AWS::S3"])
def test_what_no_type_is_written_like_is_said_to_be_none(written):
    assert mistaken_type(written) == f"{written} is no name of a resource type"


def test_a_type_of_sam_that_the_translator_lacks_is_named_without_a_guess():
    assert mistaken_type("AWS::Serverless::Teapot") == (
        "AWS's translator here knows no type AWS::Serverless::Teapot"
    )


@pytest.mark.parametrize(
    "written",
    [
        "AWS::RDS::DBInstance",
        "AWS::SomethingNew::Thing",
        "AWS::S3::Bucket::MODULE",
        "Alexa::ASK::Skill",
        "Custom::My-Thing",
        "MyCompany::Team::Bucket",
    ],
)
def test_what_may_be_a_type_is_never_doubted(written):
    assert mistaken_type(written) is None


def test_no_type_that_aws_has_is_doubted():
    """By the list of cfn-lint, which no user of samulator needs."""
    lists = pytest.importorskip("cfnlint.schema.manager", reason="cfn-lint has AWS's list")
    types = lists.PROVIDER_SCHEMA_MANAGER.get_resource_types("us-east-1")

    assert len(types) > 1000
    plain = [each for each in types if not each.startswith("AWS::Serverless::")]
    assert [said for each in plain if (said := mistaken_type(each))] == []


def test_every_type_that_the_translator_knows_is_known():
    from samtranslator.model.sam_resources import SamResourceMacro

    kinds = [kind.resource_type for kind in _below(SamResourceMacro) if kind.resource_type]

    assert "AWS::Serverless::Function" in kinds
    assert [kind for kind in kinds if mistaken_type(kind)] == []


def _below(kind):
    for each in kind.__subclasses__():
        yield each
        yield from _below(each)


def test_a_start_names_each_resource_of_a_mistaken_type(tmp_path):
    template = tmp_path / "template.yaml"
    template.write_text(
        "Resources:\n  Files: {Type: AWS::S3::Bukket}\n  Database: {Type: AWS::RDS::DBInstance}\n",
        encoding="utf-8",
    )
    application = load_application(template)

    assert [*idle_lines(effects(application, tmp_path), application.warnings)] == [
        "Files: no resource type AWS::S3::Bukket is known here; did you mean AWS::S3::Bucket?",
        "Without effect here: AWS::RDS (1); samulator check says why",
    ]

"""What of a template as a whole a deployment refuses is told, and nothing else is."""

import pytest

from samulator.template.load import load_application

SAM = "Transform: AWS::Serverless-2016-10-31"
FUNCTION = """\
Resources:
  Hello:
    Type: AWS::Serverless::Function
    DEPENDS
    Properties: {InlineCode: x = 1, Handler: index.h, Runtime: python3.12}
  Jobs: {Type: AWS::SQS::Queue, Condition: Never}
Conditions: {Never: !Equals [a, b]}
"""


@pytest.fixture
def warnings(tmp_path):
    def warnings(*lines: str, depends: str = "Metadata: {}") -> tuple[str, ...]:
        template = tmp_path / "template.yaml"
        text = "\n".join((*lines, FUNCTION.replace("DEPENDS", depends)))
        template.write_text(text, encoding="utf-8")
        return load_application(template).warnings

    return warnings


@pytest.mark.parametrize("transform", [(), ("Transform: AWS::LanguageExtensions",)])
def test_types_of_sam_without_the_transform_are_told(warnings, transform):
    assert warnings(*transform) == (
        "Transform: AWS refuses this: Hello is an AWS::Serverless::Function, which needs "
        "`Transform: AWS::Serverless-2016-10-31`",
    )


@pytest.mark.parametrize(
    "transform",
    [
        SAM,
        "Transform: [AWS::LanguageExtensions, AWS::Serverless-2016-10-31]",
        "Transform: {Name: AWS::Serverless-2016-10-31}",
    ],
)
def test_the_transform_is_found_however_it_is_written(warnings, transform):
    assert warnings(transform) == ()


def test_a_dependency_that_is_no_resource_is_told_once_with_the_one_that_was_meant(warnings):
    assert warnings(SAM, depends="DependsOn: [Nope, Job]") == (
        "Hello.DependsOn: AWS refuses this: the template has no resource Nope",
        "Hello.DependsOn: AWS refuses this: the template has no resource Job; did you mean Jobs?",
    )


def test_a_dependency_may_have_a_condition_or_be_made_by_sam(warnings):
    assert warnings(SAM, depends="DependsOn: Jobs") == ()
    assert warnings(SAM, depends="DependsOn: [HelloRole]") == ()

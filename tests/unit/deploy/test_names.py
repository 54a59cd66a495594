"""The pipeline and the functions know what is made by the stack's name: it has to stay whole."""

import pytest

from infrastructure.parameters import LONGEST_NAME
from tests.emulated_cloudformation import expand
from tests.unit.deploy.test_template import TEMPLATES

# Kinds whose names have 64 characters at most, with the property that gives a name of one's own.
NAMED = {"AWS::IAM::Role": "RoleName", "AWS::Lambda::Function": "FunctionName"}
MOST = 64
RANDOM = 13
# What a name has room for beside two dashes and the random end. AWS does not document how it
# shortens: a stack's name is seen whole up to half of that, and past it as long as the resource
# leaves it room: MyStackDev-MyNestedApplicatio-MyLambdaFunctionName-1U44TLUZ7OR55.
ROOM = MOST - 2 - RANDOM


def left_of_the_stack(resource: str) -> int:
    """Characters of the stack's name, with that of the nested stack, in the name of a resource."""
    return max(ROOM // 2, ROOM - len(resource))


def generated() -> set[str]:
    """Logical ids of the roles and functions that CloudFormation names, those of SAM too."""
    documents = {name: one for name, one in TEMPLATES.items() if name != "bootstrap.yaml"}
    documents["template.yaml"] = expand({"PythonRuntime": "python3.13"})
    return {
        logical_id
        for document in documents.values()
        for logical_id, resource in document["Resources"].items()
        if (own := NAMED.get(resource["Type"])) and own not in resource["Properties"]
    }


def test_a_shortened_name_is_as_it_is_seen() -> None:
    nested, function = "MyStackDev-MyNestedApplicationStack", "MyLambdaFunctionName"
    kept = nested[: left_of_the_stack(function)]
    assert f"{kept}-{function}-1U44TLUZ7OR55" == (
        "MyStackDev-MyNestedApplicatio-MyLambdaFunctionName-1U44TLUZ7OR55"
    )


def test_the_longest_name_of_a_stack_is_left_whole_in_all_that_is_named_after_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    assert "SearchSyncFunctionEveryMinuteRole" in generated()
    assert min(map(left_of_the_stack, generated())) == LONGEST_NAME


def test_the_pipeline_takes_no_longer_name_than_the_deployment() -> None:
    assert TEMPLATES["bootstrap.yaml"]["Parameters"]["StackName"]["MaxLength"] == LONGEST_NAME

"""A parameter's value is refused here for what a deployment would refuse it for."""

import pytest

from samulator.template.model import TemplateError
from samulator.template.parameter_constraints import broken_constraint
from samulator.template.parameters import parameter_texts


@pytest.mark.parametrize(
    ("declared", "value", "said"),
    [
        ({"Type": "Number"}, "abc", "is no number"),
        ({"Type": "Number"}, "nan", "is no number"),
        ({"Type": "Number", "MinValue": 1}, "-5", "is less than 1"),
        ({"Type": "Number", "MaxValue": "1"}, "1.5", "is more than 1"),
        ({"Type": "List<Number>"}, "1, x", "is no number"),
        ({"Type": "String", "AllowedPattern": "[0-9]*"}, "1a", "does not match [0-9]*"),
        (
            {"AllowedPattern": "[0-9]+", "ConstraintDescription": "in digits"},
            "a",
            "is not in digits",
        ),
        (
            {"AllowedPattern": "arn:.*", "ConstraintDescription": "must be an ARN."},
            "a",
            "must be an ARN",
        ),
        ({"Type": "String", "AllowedValues": ["a", True]}, "c", "is not one of a, true"),
        ({"Type": "String", "MinLength": 2}, "a", "has fewer than 2 characters"),
        ({"Type": "String", "MaxLength": "2"}, "abc", "has more than 2 characters"),
    ],
)
def test_value_that_breaks_its_declaration_is_told_how(declared, value, said):
    assert broken_constraint(declared, value) == said


@pytest.mark.parametrize(
    ("declared", "value"),
    [
        ({"Type": "Number", "MinValue": 1, "MaxValue": 9}, "9"),
        ({"Type": "Number"}, "-.5e3"),
        ({"Type": "List<Number>"}, "1,-2"),
        ({"AllowedPattern": "[a-c]{2}", "MinLength": 2}, "ab"),
        # What only Java's expressions can say is left to the deployment.
        ({"AllowedPattern": r"\p{Lower}+"}, "A"),
    ],
)
def test_value_that_keeps_to_its_declaration_is_taken(declared, value):
    assert broken_constraint(declared, value) is None


def test_refusal_names_the_parameter_and_the_value():
    document = {"Parameters": {"MaxBytes": {"Type": "Number", "MinValue": 1}}}

    with pytest.raises(TemplateError, match=r"^Parameters\.MaxBytes: '-5' is less than 1$"):
        parameter_texts(document, {"MaxBytes": "-5"}, lambda _: None)


@pytest.mark.parametrize(
    ("resource", "number"),
    [
        ({"Timeout": {"Ref": "P"}}, "3"),
        ({"Events": {"Q": {"Properties": {"BatchSize": {"Ref": "P"}}}}}, "10"),
        ({"RedrivePolicy": {"maxReceiveCount": {"Ref": "P"}}}, "3"),
        ({"Tags": [{"Value": {"Ref": "P"}}]}, "p"),
    ],
)
def test_parameter_without_a_default_is_a_number_where_it_is_used_as_one(resource, number):
    said = []
    document = {
        "Parameters": {"P": {"Type": "String"}},
        "Resources": {"R": {"Properties": resource}},
    }

    assert parameter_texts(document, {}, said.append) == {"P": number}
    assert said == [
        f"Parameters.P: has no default, so it is {number!r} here; "
        "give it by --parameter-overrides P=VALUE"
    ]


def test_number_in_globals_and_a_least_value_are_kept_to():
    document = {
        "Parameters": {"Seconds": {}, "Megabytes": {"Type": "Number", "MinValue": 256}},
        "Globals": {
            "Function": {"Timeout": {"Ref": "Seconds"}, "MemorySize": {"Ref": "Megabytes"}}
        },
    }

    values = parameter_texts(document, {}, lambda _: None)

    assert values == {"Seconds": "3", "Megabytes": "256"}


def test_a_value_from_a_file_is_a_warning_that_names_the_file():
    document = {"Parameters": {"Stage": {"AllowedValues": ["dev", "prod"]}}}
    said: list[str] = []

    values = parameter_texts(document, {"Stage": "qa"}, said.append, {"Stage": "samconfig.toml"})

    assert values == {"Stage": "qa"}
    assert said == [
        "Parameters.Stage: 'qa' of samconfig.toml is not one of dev, prod; a deployment refuses it"
    ]

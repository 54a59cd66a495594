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

"""Names of functions, as Lambda takes them."""

import pytest

from samulator.template.reference import FunctionReference, InvalidReference, parse_reference


@pytest.mark.parametrize(
    ("text", "qualifier", "expected"),
    [
        ("One", None, FunctionReference("One")),
        ("One", "live", FunctionReference("One", "live")),
        ("One:live", None, FunctionReference("One", "live")),
        ("One:live", "live", FunctionReference("One", "live")),
        ("One:$LATEST", None, FunctionReference("One", "$LATEST")),
        ("One:7", "7", FunctionReference("One", "7")),
        ("function:One:7", None, FunctionReference("One", "7")),
        ("123456789012:One", None, FunctionReference("One", account="123456789012")),
        (
            "123456789012:function:One:live",
            None,
            FunctionReference("One", "live", account="123456789012"),
        ),
        (
            "arn:aws:lambda:eu-west-1:123456789012:function:One:7",
            None,
            FunctionReference("One", "7", "eu-west-1", "123456789012"),
        ),
        (
            "arn:aws-us-gov:lambda:us-gov-west-1:123456789012:function:my-fn_1",
            None,
            FunctionReference("my-fn_1", None, "us-gov-west-1", "123456789012"),
        ),
    ],
)
def test_every_form_of_a_name_is_understood(
    text: str, qualifier: str | None, expected: FunctionReference
) -> None:
    assert parse_reference(text, qualifier) == expected


@pytest.mark.parametrize(
    "text",
    ["", " ", "One Two", "One:", "One:a:b", "One:a.b", "arn:aws:s3:::bucket", "Ä", "One\n", "a/b"],
)
def test_what_names_no_function_is_a_validation_error(text: str) -> None:
    with pytest.raises(InvalidReference, match="at 'functionName' failed") as caught:
        parse_reference(text)
    assert caught.value.code == "ValidationException"


@pytest.mark.parametrize("qualifier", ["a b", "a.b", "Ä", "x" * 129, "live\n"])
def test_what_is_no_qualifier_is_a_validation_error(qualifier: str) -> None:
    with pytest.raises(InvalidReference, match="at 'qualifier' failed"):
        parse_reference("One", qualifier)


def test_two_qualifiers_that_differ_are_refused() -> None:
    with pytest.raises(InvalidReference, match="does not match") as caught:
        parse_reference("One:1", "2")
    assert caught.value.code == "InvalidParameterValueException"

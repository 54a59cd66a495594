"""--parameter-overrides in both of the forms that `sam` takes."""

import pytest

from samulator.control.parameter_overrides import InvalidOverride, parse_overrides


@pytest.mark.parametrize(
    ("texts", "values"),
    [
        ([], {}),
        (["A=1", "B=two"], {"A": "1", "B": "two"}),
        (["A=1 B='two words'"], {"A": "1", "B": "two words"}),
        (['A="1"'], {"A": "1"}),
        (['A={"a":"b"}'], {"A": '{"a":"b"}'}),
        (
            ['ParameterKey=A,ParameterValue="1 2" ParameterKey=B,ParameterValue=""'],
            {"A": "1 2", "B": ""},
        ),
        (["A=two words", "B=1"], {"A": "two words", "B": "1"}),
        (["A=1 B=2"], {"A": "1", "B": "2"}),
        (["A=x=y"], {"A": "x=y"}),
        (["A="], {"A": ""}),
        (["A=1", "A=2"], {"A": "2"}),
        ([r"ParameterKey=A,ParameterValue=1\,2"], {"A": "1,2"}),
        (["ParameterKey=A,ParameterValue=1 ParameterKey=B,ParameterValue=2"], {"A": "1", "B": "2"}),
    ],
)
def test_values_are_read(texts, values):
    assert parse_overrides(texts) == values


@pytest.mark.parametrize("text", ["nonsense", "=1", "A b=1", "A='1 B=2"])
def test_what_is_no_value_is_named(text):
    with pytest.raises(InvalidOverride):
        parse_overrides([text])

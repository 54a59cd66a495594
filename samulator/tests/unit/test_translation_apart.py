"""AWS's translator in a process of its own says what it says in this one."""

from datetime import date

import pytest

from samulator.template.model import TemplateError
from samulator.template.translation import translate
from samulator.template.translation_apart import translate_apart

FUNCTION = {
    "Type": "AWS::Serverless::Function",
    "Properties": {"CodeUri": "src/", "Handler": "app.handler", "Runtime": "python3.11"},
}


def test_the_translation_is_the_same_and_a_date_is_text() -> None:
    policy = {"Version": date(2012, 10, 17), "Statement": []}
    function = {**FUNCTION, "Properties": {**FUNCTION["Properties"], "Policies": [policy]}}
    document = {"Resources": {"F": function}}
    apart = translate_apart(document, {}, "us-east-1")
    role = apart["Resources"]["FRole"]["Properties"]["Policies"][0]["PolicyDocument"]
    assert role["Version"] == "2012-10-17"
    policy["Version"] = "2012-10-17"
    assert apart == translate(document, {}, "us-east-1")


def test_what_the_translator_refuses_is_refused_in_its_words() -> None:
    document = {"Resources": {"F": {"Type": "AWS::Serverless::Function", "Properties": {}}}}
    with pytest.raises(TemplateError) as refused:
        translate(document, {}, "us-east-1")
    with pytest.raises(TemplateError) as refused_apart:
        translate_apart(document, {}, "us-east-1")
    assert str(refused_apart.value) == str(refused.value)
    assert "Resource with id [F] is invalid" in str(refused.value)

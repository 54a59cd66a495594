"""AWS's translator in a process of its own says what it says in this one."""

import os
import signal
import subprocess
import sys
from datetime import date

import psutil
import pytest

from samulator.template.model import TemplateError
from samulator.template.translation import translate
from samulator.template.translation_apart import translate_apart
from testkit.timing import wait_until

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


_INTERRUPTED = """
import signal
from samulator.template.translation_apart import translate_apart

signal.signal(signal.SIGINT, lambda *_: None)
document = {"Resources": {"Q": {"Type": "AWS::SQS::Queue"}}}
print([*translate_apart(document, {}, "us-east-1")["Resources"]])
"""


def test_ctrl_c_of_the_terminal_does_not_end_it() -> None:
    command = [sys.executable, "-c", _INTERRUPTED]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as asking:
        wait_until(lambda: _is_translating(asking.pid))
        os.killpg(asking.pid, signal.SIGINT)
        assert asking.communicate() == ("['Q']\n", None)


def _is_translating(pid: int) -> bool:
    children = psutil.Process(pid).children()
    return any("samulator.template.translation_apart" in each.cmdline() for each in children)


def test_what_the_translator_refuses_is_refused_in_its_words() -> None:
    document = {"Resources": {"F": {"Type": "AWS::Serverless::Function", "Properties": {}}}}
    with pytest.raises(TemplateError) as refused:
        translate(document, {}, "us-east-1")
    with pytest.raises(TemplateError) as refused_apart:
        translate_apart(document, {}, "us-east-1")
    assert str(refused_apart.value) == str(refused.value)
    assert "Resource with id [F] is invalid" in str(refused.value)

"""The files that say what other people's applications are to do can all be carried out."""

import pytest

from foreign_apps.actions import ACTIONS
from foreign_apps.application import ForeignApp, read_applications
from foreign_apps.count import count
from foreign_apps.sights import SIGHTS


@pytest.mark.parametrize("app", read_applications(), ids=lambda app: app.name)
def test_every_step_of_an_application_is_known_and_something_is_seen_of_it(app: ForeignApp):
    assert all(step.action in ACTIONS for step in app.steps)
    sights = [sight for step in app.steps for sight in step.sees]
    assert sights
    assert all(any(name in sight for name in SIGHTS) for sight in sights)


def test_an_unknown_name_is_said():
    with pytest.raises(ValueError, match=r"no file in .* has 'nobody' in its name"):
        read_applications("nobody")


FUNCTION = """\
Transform: AWS::Serverless-2016-10-31
Resources:
  F:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: code, Handler: app.handler, Runtime: python3.11%s}
"""
# A trigger that does not fire here.
BROKER = (
    ", Events: {Q: {Type: MSK, Properties: {Stream: 'arn:aws:kafka:us-east-1:1:cluster/c',"
    " Topics: [t], StartingPosition: LATEST}}}"
)


@pytest.mark.long
def test_templates_are_counted_by_what_check_says_and_by_whether_their_code_is_there(tmp_path):
    for name, more in (("whole", ""), ("without", ""), ("brokered", BROKER)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "template.yaml").write_text(FUNCTION % more)
    for name in ("whole", "brokered"):
        (tmp_path / name / "code").mkdir()
        (tmp_path / name / "code" / "app.py").write_text("import boto3\nboto3.client('textract')\n")
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "template.yaml").write_text((FUNCTION % "") + "  python3: [")

    written = count(tmp_path)

    assert "| found | 4 | |" in written
    assert "| load | 3 | 75.0% of these |" in written
    assert "| of which with complete code | 2 | |" in written
    assert "| every function, route and trigger works | 1 | 50.0% of those |" in written
    assert "| and the code calls only services that answer here | 0 | 0.0% of those |" in written
    assert (
        "| 1 | its code is not in the repository | without/template.yaml: F: no code |" in written
    )
    assert "| 2 | code calls textract |" in written

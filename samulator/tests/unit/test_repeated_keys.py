"""Keys that a template has twice, of which the last counts, are told with their lines."""

from pathlib import Path

from samulator.template.load import load_application

TEMPLATE = """\
Resources:
  Jobs:
    Type: AWS::SQS::Queue
    Properties: &settings {DelaySeconds: 1}
  Orders:
    Type: AWS::SQS::Queue
    Properties: {<<: *settings, DelaySeconds: 2, VisibilityTimeout: 3, VisibilityTimeout: 4}
  Jobs:
    Type: AWS::SQS::Queue
    Properties: {Tags: [{Key: a, Value: b}, {Key: c, Value: d}]}
"""


def test_a_key_that_is_there_twice_is_told_and_the_last_counts(tmp_path: Path) -> None:
    template = tmp_path / "template.yaml"
    template.write_text(TEMPLATE)
    application = load_application(template)

    assert application.warnings == (
        "Resources.Jobs is there twice (lines 2 and 8): only the last counts, as on AWS; rename or "
        "remove one of them",
        "Resources.Orders.Properties.VisibilityTimeout is there twice (line 7): only the last "
        "counts, as on AWS; rename or remove one of them",
    )
    assert application.resources["Jobs"].properties.keys() == {"Tags"}
    assert application.resources["Orders"].properties["VisibilityTimeout"] == 4

"""Names and events of buckets that no deployment would take are told before anything starts."""

import textwrap
from pathlib import Path

import pytest

from samulator.control.effects import TRIGGERS, effects
from samulator.template.bucket_rules import is_event, name_problem
from samulator.template.load import load_application
from samulator.template.model import Application, TemplateError


@pytest.mark.parametrize(
    "name", ["abc", "a-b.c", "0" * 63, "landing-123456789012-us-east-1", "1.2.3.4.5"]
)
def test_names_that_s3_takes(name: str) -> None:
    assert name_problem(name) is None


@pytest.mark.parametrize(
    "name",
    [
        *("ab", "0" * 64, "Upper", "under_score", "-a-b", "a-b-", "a..b", "10.0.0.1"),
        *("xn--abc", "a/b", "abc-s3alias", "abc--ol-s3", "a b", "ümlaut"),
    ],
)
def test_names_that_s3_refuses(name: str) -> None:
    assert name_problem(name)


@pytest.mark.parametrize(
    ("event", "is_known"),
    [
        ("s3:ObjectCreated:*", True),
        ("s3:ObjectRemoved:DeleteMarkerCreated", True),
        ("s3:LifecycleTransition", True),
        ("s3:ReducedRedundancyLostObject", True),
        ("s3:Nope:*", False),
        ("s3:ObjectCreated:Patch", False),
        ("s3:ObjectCreated", False),
        ("s3:ReducedRedundancyLostObject:*", False),
        ("ObjectCreated:*", False),
        ("s3:*", False),
    ],
)
def test_events_that_s3_knows(event: str, is_known: bool) -> None:
    assert is_event(event) is is_known


def application(
    folder: Path, *, name: str = "landing", event: str = "s3:ObjectCreated:*"
) -> Application:
    (folder / "code").mkdir()
    (folder / "template.yaml").write_text(
        textwrap.dedent(f"""
        Transform: AWS::Serverless-2016-10-31
        Resources:
          Landing:
            Type: AWS::S3::Bucket
            Properties: {{BucketName: {name}}}
          Etl:
            Type: AWS::Serverless::Function
            Properties:
              CodeUri: code
              Handler: a.b
              Runtime: python3.11
              Events:
                Csv:
                  Type: S3
                  Properties: {{Bucket: !Ref Landing, Events: "{event}"}}
        """)
    )
    return load_application(folder / "template.yaml")


def test_such_a_bucket_is_told_and_calls_nothing(tmp_path: Path) -> None:
    read = application(tmp_path, name="Under_Score")
    (row,) = (each for each in effects(read, tmp_path) if each.section == TRIGGERS)

    (told,) = (line for line in read.warnings if "Under_Score" in line)
    assert told.startswith("Landing: AWS refuses this: BucketName 'Under_Score' (3 to 63 lower-")
    assert (row.works, row.does.partition(":")[0]) == (False, "S3 refuses the bucket's name")


def test_a_template_with_such_an_event_is_refused_by_name_and_place(tmp_path: Path) -> None:
    with pytest.raises(TemplateError, match=r"Landing.*no event 's3:Nope:\*'"):
        application(tmp_path, event="s3:Nope:*")


def test_a_template_with_sound_ones_is_read(tmp_path: Path) -> None:
    assert application(tmp_path).s3_triggers[0].bucket == "landing"

"""Buckets that no deployment would take are refused before anything starts."""

import textwrap
from pathlib import Path

import pytest

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


def test_a_template_with_such_a_bucket_is_refused_by_name_and_place(tmp_path: Path) -> None:
    with pytest.raises(TemplateError, match=r"Landing.*'Under_Score' is refused by S3"):
        application(tmp_path, name="Under_Score")


def test_a_template_with_such_an_event_is_refused_by_name_and_place(tmp_path: Path) -> None:
    with pytest.raises(TemplateError, match=r"Landing.*no event 's3:Nope:\*'"):
        application(tmp_path, event="s3:Nope:*")


def test_a_template_with_sound_ones_is_read(tmp_path: Path) -> None:
    assert application(tmp_path).s3_triggers[0].bucket == "landing"

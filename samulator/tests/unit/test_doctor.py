"""What doctor says of files that people mistype."""

import sys
from argparse import Namespace
from pathlib import Path

import pytest

from samulator.cli.doctor import DOCTOR

WITH_JOBS = """
AWSTemplateFormatVersion: "2010-09-09"
Transform: AWS::Serverless-2016-10-31
Resources:
  Jobs:
    Type: AWS::EMRServerless::Application
    Properties: {Type: Spark, ReleaseLabel: emr-spark-8.0.0}
"""


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[environment\n", "Project: local.toml: not TOML: Expected ']'"),
        ("[[start]]\nfunction = 'F'\nevent = 'e.json'\n", "start[0].event: 'e.json': No such file"),
    ],
)
def test_a_broken_local_toml_is_a_finding(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, problem: str
) -> None:
    (tmp_path / "local.toml").write_text(text)

    DOCTOR.run(Namespace(), tmp_path)

    shown = capsys.readouterr().out
    assert shown.startswith("Worker processes (samulator up): not here\n")
    assert problem in shown


@pytest.mark.parametrize(
    ("python", "said"),
    [
        ("bin/none", "Run `make jobs` once: what jobs are run by, "),
        (sys.executable, "Jobs of EMR Serverless: can be run\n"),
    ],
)
def test_what_jobs_are_run_by_is_looked_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], python: str, said: str
) -> None:
    (tmp_path / "template.yaml").write_text(WITH_JOBS)
    (tmp_path / "local.toml").write_text(
        f'[emr_serverless]\npython = "{python}"\ninstall = "make jobs"\n'
    )

    DOCTOR.run(Namespace(), tmp_path)

    assert said in capsys.readouterr().out

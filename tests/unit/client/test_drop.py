"""What make drop knows before it asks S3."""

import doctest
import sys
from pathlib import Path

import pytest

from client import drop, place


@pytest.mark.parametrize(
    ("key", "named"),
    [("DATA.CSV", "DATA.csv"), ("in/Data.Csv", "in/Data.csv"), ("a.CSV.gz", "a.csv.gz")],
)
def test_a_key_that_fires_no_trigger_is_refused_with_one_that_does(key: str, named: str) -> None:
    assert f"KEY={named} " in (place.why_never_cleaned(key) or "")


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("notes.txt", "_source.json"),
        ("DATA.CSV", "KEY=DATA.csv"),
        ("a/../b.csv", "fold away"),
        ("x" * 1010 + ".csv", "1,024 bytes"),
    ],
)
def test_a_key_that_is_never_cleaned_is_refused_before_s3_is_asked(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    key: str,
    said: str,
) -> None:
    monkeypatch.setenv("LOCAL_STATE", str(tmp_path))
    monkeypatch.setenv("LOCAL_AWS_PORT", "9")  # where nothing answers
    monkeypatch.setattr(sys, "argv", ["drop", "--key", key, "--", "any.csv"])

    assert drop.main() == 1

    shown = capsys.readouterr()
    assert shown.err.startswith(f"{key} would not be cleaned: ")
    assert said in shown.err
    assert shown.out == ""


def test_examples_hold() -> None:
    results = doctest.testmod(place)
    assert results.attempted
    assert not results.failed

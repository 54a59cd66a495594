"""What make drop knows before it asks S3."""

import sys

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from client import drop
from etl.s3.landing import LandedObject

NAMES = st.text(st.characters(codec="utf-8", exclude_characters="/"), min_size=1, max_size=8)


@given(
    folders=st.lists(NAMES, max_size=2),
    stem=st.one_of(NAMES, st.sampled_from(["raw", "RAW", "Raw.csv", "raw.csv.gz"])),
    suffix=st.sampled_from([".csv", ".csv.gz"]),
)
@example(folders=[], stem="raw", suffix=".csv")
@example(folders=["2026"], stem="orders", suffix=".csv.gz")
def test_the_report_is_where_the_etl_puts_it(folders: list[str], stem: str, suffix: str) -> None:
    key = "/".join([*folders, stem + suffix])
    landed = LandedObject("landing", key, None, "etag", 1, "2026-11-23", None)
    assert drop.report_key(key) == landed.prefix + "report.json"


@pytest.mark.parametrize(
    ("key", "named"),
    [("DATA.CSV", "DATA.csv"), ("in/Data.Csv", "in/Data.csv"), ("a.CSV.gz", "a.csv.gz")],
)
def test_a_key_that_fires_no_trigger_is_refused_at_once(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], key: str, named: str
) -> None:
    monkeypatch.setattr(sys, "argv", ["drop", "--key", key, "--", "any.csv"])
    assert drop.main() == 1
    shown = capsys.readouterr()
    assert shown.err.startswith(f"{key} would not be cleaned")
    assert f"KEY={named} " in shown.err
    assert shown.out == ""

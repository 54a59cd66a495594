"""Two keys of one place: who opens a dataset is told whose it is."""

import doctest

import pytest

from datasets import shared_place
from datasets.shared_place import notices


@pytest.mark.parametrize(
    ("asked", "source_key"),
    [
        ("col", "col.csv"),
        ("col", "col.csv.gz"),
        ("col.csv", "col.csv"),
        ("col/raw", "col/raw.csv"),
        ("~what~3F", "what?.csv"),
        ("RAW.CSV", "RAW.CSV"),
    ],
)
def test_dataset_that_is_asked_for_by_its_own_name_or_key_has_no_notice(
    asked: str, source_key: str
) -> None:
    assert list(notices(asked, source_key, None)) == []


@pytest.mark.parametrize(
    ("asked", "source_key"),
    [("col/raw", "col.csv"), ("col", "col/raw.csv"), ("col.csv", "col.csv.gz"), ("raw", "RAW.csv")],
)
def test_dataset_that_another_key_asked_for_says_from_which_it_is(
    asked: str, source_key: str
) -> None:
    (notice,) = notices(asked, source_key, None)
    assert notice["code"] == "another_source"
    assert notice["message"].startswith(f"This is {source_key}, ")
    assert f" {asked} " in notice["message"]


def test_examples_hold() -> None:
    assert doctest.testmod(shared_place) == (0, 2)

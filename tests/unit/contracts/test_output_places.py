"""From a source's key to the place of its output: the ETL, the API and the client agree."""

import json
from pathlib import Path
from urllib.parse import quote, unquote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.datasets import names
from client import place
from datasets import names as reader
from etl.errors import Refused
from etl.publication.place import SUFFIXES, output_prefix

TABLE = json.loads((Path(__file__).parents[3] / "contracts" / "output_places.json").read_text())
PLACED = [row for row in TABLE if "refused" not in row]
REFUSED = [row for row in TABLE if "refused" in row]
KEYS = st.lists(
    st.sampled_from(
        ["/", "raw", "RAW", ".csv", ".gz", ".", "~", "~3F", "?", "%", "%41", "rows", "é"]
    )
    | st.characters(codec="utf-8"),
    max_size=6,
).map(lambda parts: "".join(parts) + ".csv")


def key_of(row: dict) -> str:
    return repr(row["key"][:40])


@pytest.mark.parametrize("row", PLACED, ids=key_of)
def test_etl_puts_the_output_where_the_table_says(row):
    assert row["key"].lower().endswith(SUFFIXES)
    assert output_prefix(row["key"]) == row["prefix"]


@pytest.mark.parametrize("row", PLACED, ids=key_of)
def test_api_names_the_dataset_as_the_table_says_and_finds_it_by_that_name(row):
    assert names.dataset_name(row["key"]) == row["dataset"]
    assert names.output_prefix(names.source_stem(row["dataset"])) == row["prefix"]
    assert names.output_prefix(names.source_stem(row["key"])) == row["prefix"]


@pytest.mark.parametrize("row", PLACED, ids=key_of)
def test_who_reads_a_dataset_names_it_and_finds_it_as_the_api_does(row):
    assert reader.dataset_name(row["key"]) == row["dataset"]
    assert reader.output_prefix(reader.source_stem(row["dataset"])) == row["prefix"]
    assert reader.output_prefix(reader.source_stem(row["key"])) == row["prefix"]


@pytest.mark.parametrize("row", PLACED, ids=key_of)
def test_client_waits_for_the_report_that_the_table_names(row):
    assert place.report_key(row["key"]) == row["report"]
    if row["key"].endswith(SUFFIXES):
        assert place.why_never_cleaned(row["key"]) is None


@pytest.mark.parametrize("row", REFUSED, ids=key_of)
def test_key_that_the_table_refuses_has_no_place_anywhere(row):
    if row["key"].lower().endswith(SUFFIXES):
        with pytest.raises(Refused):
            output_prefix(row["key"])
        assert names.output_prefix(names.source_stem(row["key"])) is None
    assert place.why_never_cleaned(row["key"])


def test_api_names_datasets_by_the_readers_own_module():
    """Functions share no code: functions/datasets owns it, the API has it as it is."""
    owner, copy = (Path(module.__file__).read_text("utf-8") for module in (reader, names))
    assert copy == owner


@settings(deadline=None)
@given(KEYS)
def test_any_key_has_one_place_or_none(key):
    try:
        prefix = output_prefix(key)
    except Refused:
        prefix = None
    assert names.output_prefix(names.source_stem(names.dataset_name(key))) == prefix
    assert (place.why_never_cleaned(key) is None) == (prefix is not None)
    if prefix is not None:
        assert place.report_key(key) == prefix + "report.json"


@settings(deadline=None)
@given(KEYS)
def test_any_name_comes_through_a_path_and_means_one_source(key):
    stem, name = key.removesuffix(".csv"), names.dataset_name(key)
    path = unquote(quote(f"/datasets/{name}", safe="/"))

    assert path.partition("?")[0] == f"/datasets/{name}"
    assert names.source_stem(name) == stem
    assert not {"", ".", ".."} & set(path[1:].split("/"))
    if name.startswith("~"):
        assert names.dataset_name(f"{names.source_stem(name)}.csv") == name

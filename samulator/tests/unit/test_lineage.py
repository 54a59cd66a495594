"""The header of traces, which says how often an event came through a function."""

import pytest

from samulator.functions.lineage import lineage_through, times_through


def test_each_pass_counts_for_its_own_function() -> None:
    trace = None
    for function in ("A", "B", "A", "A"):
        trace = lineage_through(trace, function)
    assert [times_through(trace, function) for function in "ABC"] == [3, 1, 0]


def test_a_header_that_a_library_quoted_counts_the_same() -> None:
    trace = lineage_through(lineage_through(None, "A"), "B").replace("|", "%7C")
    assert times_through(trace, "A") == times_through(trace, "B") == 1


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "Lineage=",
        "Lineage=a:b|:|x",
        "Lineage=²:²",
        "Root=1-2-3",
        "Lineage=a:" + "9" * 5000,
    ],
)
def test_what_is_no_lineage_counts_nothing(header: str | None) -> None:
    assert times_through(header, "A") == 0
    assert times_through(lineage_through(header, "A"), "A") == 1

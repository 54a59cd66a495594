"""The examples in the docstrings are true."""

import doctest

import pytest

from etl.columns import characters
from etl.publication import place
from etl.rules import currencies, dates, numbers, numerals
from etl.source import encodings


@pytest.mark.parametrize(
    "module", [characters, currencies, dates, numbers, numerals, place, encodings]
)
def test_examples_hold(module):
    results = doctest.testmod(module)

    assert results.attempted
    assert not results.failed

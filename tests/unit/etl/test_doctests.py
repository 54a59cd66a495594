"""The examples in the docstrings are true."""

import doctest

import pytest

from etl.rules import dates, numbers


@pytest.mark.parametrize("module", [dates, numbers])
def test_examples_hold(module):
    results = doctest.testmod(module)

    assert results.attempted
    assert not results.failed

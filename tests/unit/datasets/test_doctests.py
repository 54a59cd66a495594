"""The examples in the docstrings are true."""

import doctest
from types import ModuleType

import pytest

from datasets import names
from datasets.rows import moments, where


@pytest.mark.parametrize("module", [names, moments, where])
def test_examples_hold(module: ModuleType) -> None:
    results = doctest.testmod(module)
    assert results.attempted
    assert not results.failed

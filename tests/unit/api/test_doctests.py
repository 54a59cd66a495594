"""The examples in the docstrings are true."""

import doctest
from types import ModuleType

import pytest

from api.datasets import names as datasets
from api.datasets import sources
from api.users import models as users
from api.users.search import document


@pytest.mark.parametrize("module", [datasets, document, sources, users])
def test_examples_hold(module: ModuleType) -> None:
    results = doctest.testmod(module)
    assert results.attempted
    assert not results.failed

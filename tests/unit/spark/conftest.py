from collections.abc import Iterator
from typing import Any

import pytest

from tests.unit.spark.buckets import ENVIRONMENT, buckets


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    with buckets() as s3:
        yield s3

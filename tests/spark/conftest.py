"""One Spark for all tests: starting it takes longer than each of them."""

from collections.abc import Iterator

import pytest
from pyspark.sql import SparkSession

from jobs.spark.session import session


@pytest.fixture(scope="session")
def spark() -> Iterator[SparkSession]:
    with session() as running:
        yield running

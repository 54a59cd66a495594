"""Where Spark runs: on the cluster that has started this process, else in it, on all processors."""

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from pyspark.sql import SparkSession

import etl
from jobs.spark.java import java_home

if TYPE_CHECKING:
    from pyspark.sql import SparkSession as Session

_ROOT = Path(__file__).parents[2]
_QUIET = Path(__file__).with_name("log4j2.properties")
# Ranges are of one size already, and a task for several of them would leave processors idle.
_SETTINGS = {"spark.sql.adaptive.coalescePartitions.enabled": "false"}
_LOCAL = {
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.extraJavaOptions": f"-Dlog4j2.configurationFile={_QUIET.as_uri()}",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
}


@contextmanager
def session() -> Iterator["Session"]:
    """A session that ends with the block. Raises NoJava."""
    if _is_submitted():
        with _stopped(_builder(_SETTINGS)) as spark:
            yield spark
        return
    with tempfile.TemporaryDirectory(prefix="etl-spark-") as folder:
        os.environ["JAVA_HOME"] = str(java_home(Path(folder) / "java"))
        os.environ["PYSPARK_PYTHON"] = os.environ["PYSPARK_DRIVER_PYTHON"] = sys.executable
        os.environ["PYTHONPATH"] = _python_path()
        os.environ.setdefault("SPARK_DRIVER_MEMORY", "2g")
        local = {**_SETTINGS, **_LOCAL, "spark.sql.warehouse.dir": folder}
        with _stopped(_builder(local).master("local[*]")) as spark:
            yield spark


def _is_submitted() -> bool:
    """Whether spark-submit has started this process: then its Java side waits at a port."""
    return "PYSPARK_GATEWAY_PORT" in os.environ


def _builder(settings: dict[str, str]) -> SparkSession.Builder:
    builder = SparkSession.builder.appName("sales-etl")
    for name, value in settings.items():
        builder = builder.config(name, value)
    return builder


@contextmanager
def _stopped(builder: SparkSession.Builder) -> Iterator["Session"]:
    spark = builder.getOrCreate()
    try:
        yield spark
    finally:
        spark.stop()


def _python_path() -> str:
    """Workers import what this process does."""
    ours = [str(_ROOT), str(Path(etl.__file__).parents[1])]
    given = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    return os.pathsep.join([*ours, *filter(None, given)])

"""A query reaches nothing but its dataset, and whatever it does ends in its bounds."""

import time

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from datasets.errors import InvalidInput, TooMuchWork
from datasets.query.bounds import Bounds
from datasets.query.engine import Engine
from datasets.query.process import run_in_process


@pytest.fixture(scope="module")
def parquet(tmp_path_factory):
    path = tmp_path_factory.mktemp("query") / "dataset.parquet"
    pq.write_table(pa.table({"order_id": list(range(300)), "product": ["a", "b", "c"] * 100}), path)
    return path


@pytest.fixture(scope="module")
def engine(parquet):
    return Engine([str(parquet)], Bounds(seconds=30, memory_mb=256, rows=10))


@pytest.fixture
def run(parquet):
    """Runs a query in a process, within so many seconds."""
    with parquet.open("rb") as file:
        yield lambda sql, seconds: run_in_process(
            [file.fileno()], sql, Bounds(seconds=seconds, memory_mb=256, rows=10_000)
        )


@pytest.mark.parametrize(
    "sql",
    [
        "select * from read_csv('/etc/passwd')",
        "select * from '/etc/passwd'",
        "select * from read_text('/proc/self/environ')",
        "select * from read_parquet('/dev/fd/3')",
        "select * from glob('/*')",
        "with a as (select * from query('select 1')) select * from a",
        "select (select max(x) from arrow_scan(1::pointer, 2::pointer, 3::pointer) t(x))",
        "select * from duckdb_settings()",
        "select * from information_schema.tables",
        "select getenv('HOME')",
        "select CURRENT_SETTING('memory_limit')",
        "select order_id from dataset where product = (select current_setting('threads'))",
        "insert into dataset values (1, 'x')",
        "update dataset set product = 'x'",
        "delete from dataset",
        "copy dataset to '/tmp/x.csv'",
        "attach '/tmp/x.db'",
        "install httpfs",
        "load httpfs",
        "set memory_limit = '10GB'",
        "pragma database_list",
        "create table x as select 1",
        "drop view dataset",
        "explain analyze select 1",
        "select 1; select 2",
        "call pragma_version()",
        "selec 1",
        "select * from other",
        "select " + "abs(" * 900 + "1" + ")" * 900,
        "",
    ],
)
def test_whatever_is_no_select_over_the_dataset_is_refused(engine, sql):
    with pytest.raises(InvalidInput) as refused:
        engine.answer(sql)
    assert refused.value.pointer == "#/sql"


@pytest.mark.parametrize(
    ("sql", "error"),
    [
        ("select * from read_text('/etc/passwd')", duckdb.PermissionException),
        ("copy (select 1) to '/tmp/x.csv'", duckdb.PermissionException),
        ("attach '/tmp/x.db'", duckdb.PermissionException),
        ("set memory_limit = '10GB'", duckdb.InvalidInputException),
        ("set enable_external_access = true", duckdb.InvalidInputException),
    ],
)
def test_the_engine_itself_refuses_what_would_get_past_the_list(engine, sql, error):
    with pytest.raises(error):
        engine.connection.execute(sql)


@pytest.mark.parametrize(
    ("sql", "seconds", "bound"),
    [
        (
            "select count(*) from dataset a, dataset b, dataset c, dataset d",
            0.5,
            "longer than 0.5 s",
        ),
        ("select count(*) from range(1000000000000)", 0.5, "longer than 0.5 s"),
        (
            "with recursive t(n) as (select 1 union all select n + 1 from t) select max(n) from t",
            *(0.5, "longer than 0.5 s"),
        ),
        ("select repeat('x', 2000000000)", 30, "more than 256 MB of memory"),
        # One call of a function: the engine looks at neither its interrupt nor its limit in it.
        ("select len(range(2000000000))", 30, "more than 256 MB of memory"),
        ("select repeat('x', 10000000) from range(1000)", 30, "more than 256 MB of memory"),
        ("select repeat('x', 10000) from range(1000)", 30, "larger than 4 MB"),
        ("select range(1000) from range(2000)", 30, "larger than 4 MB"),
    ],
)
def test_a_runaway_query_ends_and_is_told_which_bound_it_met(run, sql, seconds, bound):
    with pytest.raises(TooMuchWork, match=bound):
        run(sql, seconds)


def test_a_process_that_hears_no_interrupt_is_ended(run):
    started = time.monotonic()
    with pytest.raises(TooMuchWork, match=r"longer than 0\.1 s"):
        # Rows become an answer in Python, where the engine's interrupt reaches nothing.
        run("select range(20000) from range(10000)", 0.1)
    # Seven seconds for its start and two for its end; the rest is room for a busy machine.
    assert time.monotonic() - started < 30


def test_a_query_has_no_credential_and_no_other_file(run, monkeypatch):
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    assert run("select count(*) from dataset", 10)["rows"] == [[300]]
    with pytest.raises(InvalidInput):
        run("select content from read_text('/proc/self/environ')", 10)

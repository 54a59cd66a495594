"""With GLUE_DATABASE set the rows are a partition of a catalogued table too."""

import io

import boto3
import pytest
from pyarrow import parquet

from etl.handler import job
from etl.s3.events import Notification
from etl.s3.glue import partition_of
from etl.source.first_lines import REQUIRED
from tests.unit.etl.conftest import LANDING, PROCESSED

HEADER = "order_id,order_date,customer_id,product,quantity,price,region\n"


@pytest.fixture
def glue(monkeypatch, buckets):
    monkeypatch.setenv("GLUE_DATABASE", "sales_db")
    client = boto3.client("glue")
    client.create_database(DatabaseInput={"Name": "sales_db"})
    return client


def land(buckets, body: str, key: str = "raw.csv"):
    buckets.land(body, key)
    return job().run(Notification(LANDING, key))


def table_columns(glue) -> dict[str, str]:
    table = glue.get_table(DatabaseName="sales_db", Name="sales")["Table"]
    return {column["Name"]: column["Type"] for column in table["StorageDescriptor"]["Columns"]}


def partitions(glue) -> dict[str, str]:
    found = glue.get_partitions(DatabaseName="sales_db", TableName="sales")["Partitions"]
    return {item["Values"][0]: item["StorageDescriptor"]["Location"] for item in found}


def rows_at(buckets, location: str) -> int:
    key = location.removeprefix(f"s3://{PROCESSED}/") + "rows.parquet"
    return parquet.read_metadata(io.BytesIO(buckets.read(key))).num_rows


def test_run_lands_in_a_partition_of_the_table(buckets, glue):
    result = land(buckets, HEADER + "1,2024-01-05,C,W,2,1,n\n2,2024-01-05,C,W,2,1,n\n")

    assert result.report.table == {
        "database": "sales_db",
        "table": "sales",
        "source": partition_of(""),
    }
    assert table_columns(glue) == {
        "order_id": "string",
        "order_date": "timestamp",
        "customer_id": "string",
        "product": "string",
        "quantity": "bigint",
        "price": "double",
        "region": "string",
    }
    (location,) = partitions(glue).values()
    assert rows_at(buckets, location) == 2


def test_newer_file_replaces_its_partition_and_another_source_gets_its_own(buckets, glue):
    land(buckets, HEADER + "1,2024-01-05,C,W,2,1,n\n2,2024-01-05,C,W,2,1,n\n")
    land(buckets, HEADER + "1,2024-01-05,C,W,2,1,n\n")
    land(buckets, HEADER.replace("region", "Channel") + "1,2024-01-05,C,W,2,1,n\n", "a/web.csv")

    assert {name: rows_at(buckets, place) for name, place in partitions(glue).items()} == {
        partition_of(""): 1,
        partition_of("a/web/"): 1,
    }
    assert table_columns(glue)["channel"] == "string"


@pytest.mark.parametrize("name", ["source", "Source", "SOURCE"])
def test_column_named_as_the_partition_stays_out_of_the_table(buckets, glue, name):
    land(buckets, HEADER.replace("region", name) + "1,2024-01-05,C,W,2,1,n\n")

    assert "source" not in table_columns(glue)
    assert list(partitions(glue)) == [partition_of("")]


def test_column_that_athena_cannot_address_stays_out_of_the_table(buckets, glue):
    # The sign for kelvin is no k, but becomes one in lower case.
    names = "Sales Channel,café,\u212aind,9lives,Region_2"
    land(buckets, HEADER.replace("region", names) + "1,2024-01-05,C,W,2,1,a,b,c,d,e\n")

    assert set(table_columns(glue)) - set(REQUIRED) == {"region_2"}


def test_refused_file_leaves_the_table_alone(buckets, glue):
    land(buckets, HEADER + "1,2024-01-05,C,W,2,1,n\n")
    before = partitions(glue)

    assert land(buckets, "nothing,here\n").status == "refused"
    assert partitions(glue) == before


def test_partition_names_are_plain_and_never_shared():
    names = [partition_of(prefix) for prefix in ("", "a/b/", "a-b/", "A/b/", "å [1]/")]

    assert len(set(names)) == len(names)
    assert all(name.replace("-", "").isalnum() and name.isascii() for name in names)

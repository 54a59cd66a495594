"""The six rules in duckdb's SQL; the row number keeps the first of each id."""

import sys
from pathlib import Path

import duckdb

path, folder = Path(sys.argv[1]), Path(sys.argv[2])
db = duckdb.connect(config={"threads": 2})
db.execute(
    """
    CREATE TEMP TABLE kept AS
    WITH numbered AS (
        SELECT *, row_number() OVER () AS line FROM read_csv(?, all_varchar = true, header = true)
    ), firsts AS (
        SELECT * FROM numbered WHERE trim(order_id) <> ''
        QUALIFY row_number() OVER (PARTITION BY trim(order_id) ORDER BY line) = 1
    )
    SELECT trim(order_id) AS order_id, try_strptime(order_date, '%Y-%m-%d') AS order_date,
           customer_id, product,
           CASE WHEN coalesce(trim(quantity), '') = '' THEN 1
                ELSE try_cast(quantity AS BIGINT) END AS quantity,
           try_cast(price AS DOUBLE) AS price, region, line
    FROM firsts
    WHERE (coalesce(trim(price), '') = '' OR try_cast(price AS DOUBLE) IS NOT NULL)
    """,
    [str(path)],
)
query = (
    "SELECT * EXCLUDE line FROM kept WHERE quantity IS NOT NULL AND order_date IS NOT NULL "
    "ORDER BY line"
)
db.execute(f"COPY ({query}) TO '{folder / 'processed_output.csv'}' (HEADER)")
db.execute(f"COPY ({query}) TO '{folder / 'processed_output.parquet'}' (COMPRESSION snappy)")
print(db.execute(f"SELECT count(*) FROM ({query})").fetchone()[0])

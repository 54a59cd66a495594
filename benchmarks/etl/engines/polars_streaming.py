"""The six rules in polars' streaming engine."""

import sys
from pathlib import Path

import polars as pl

path, folder = Path(sys.argv[1]), Path(sys.argv[2])
rows = pl.scan_csv(path, infer_schema=False).fill_null("")
day = pl.col("order_date").str.strip_chars().str.to_date("%Y-%m-%d", strict=False)
number = pl.col("quantity").str.strip_chars()
price = pl.col("price").str.strip_chars()
years = (1900, 2100)
judged = (
    rows.with_columns(pl.col("order_id").str.strip_chars())
    .filter(pl.col("order_id") != "")
    .unique(subset="order_id", keep="first", maintain_order=True)
    .with_columns(
        order_date=day.cast(pl.Datetime("us")),
        quantity=pl.when(number == "")
        .then(pl.lit("1"))
        .otherwise(number)
        .cast(pl.Float64, strict=False),
        price_text=price,
        price=price.cast(pl.Float64, strict=False),
    )
    .with_columns(
        reason=pl.when(pl.col("quantity").is_null() | (pl.col("quantity") % 1 != 0))
        .then(pl.lit("invalid_quantity"))
        .when(
            pl.col("order_date").is_null() | ~pl.col("order_date").dt.year().is_between(1900, 2100)
        )
        .then(pl.lit("invalid_order_date"))
        .when(pl.col("price").is_null() & (pl.col("price_text") != ""))
        .then(pl.lit("invalid_price"))
    )
)
kept = (
    judged.filter(pl.col("reason").is_null())
    .with_columns(pl.col("quantity").cast(pl.Int64))
    .drop("reason", "price_text")
)
sinks = [
    kept.with_columns(pl.col("order_date").cast(pl.Date)).sink_csv(
        folder / "processed_output.csv", lazy=True
    ),
    kept.sink_parquet(
        folder / "processed_output.parquet",
        compression="snappy",
        row_group_size=131_072,
        lazy=True,
    ),
]
pl.collect_all(sinks, engine="streaming")
print(pl.scan_parquet(folder / "processed_output.parquet").select(pl.len()).collect().item())

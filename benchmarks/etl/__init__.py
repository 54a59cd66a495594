"""The sales ETL beside polars, duckdb and the plain pandas pipeline, on the same file."""

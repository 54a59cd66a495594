"""Writing: the cleaned rows as CSV and Parquet, the dropped rows as CSV."""

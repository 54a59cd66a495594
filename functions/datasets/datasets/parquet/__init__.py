"""Pruned reads of Parquet: only the columns and row groups that a call needs leave S3."""

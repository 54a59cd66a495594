"""Datasets: what the sales ETL made of the files that were uploaded."""

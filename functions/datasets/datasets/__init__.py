"""Reads and queries what the sales ETL made: rows, rejected rows, summaries, runs."""

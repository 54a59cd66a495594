"""One module per competitor: `python -m benchmarks.etl.engines.NAME raw.csv folder`."""

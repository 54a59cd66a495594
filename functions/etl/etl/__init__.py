"""The sales ETL: cleans a CSV file and says what it dropped and why."""

__version__ = "0.1.0"

"""The sales ETL: cleans a CSV file and says what it dropped and why."""

"""The sales ETL past one machine: Spark schedules, retries and shuffles; `etl` does the rest."""

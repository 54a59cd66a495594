"""EMR Serverless, which runs the Spark job: its calls and its events; nothing of pyspark."""

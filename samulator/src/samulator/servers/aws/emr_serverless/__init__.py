"""EMR Serverless: job runs are processes of this machine. moto's own runs nothing."""

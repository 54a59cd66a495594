"""S3 and SQS on this machine: the moto server, with bucket notifications that fire."""

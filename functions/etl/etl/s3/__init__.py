"""The only part that knows S3: events in, objects read by version, results published."""

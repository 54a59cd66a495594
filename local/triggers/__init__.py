"""What calls functions besides HTTP: queues and schedules. S3 events come from `local.aws`."""

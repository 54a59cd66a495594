"""Schedules: rate, cron and at, as EventBridge reads them."""

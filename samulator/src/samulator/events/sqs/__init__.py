"""Queues: polled, filtered, batched, with partial responses."""

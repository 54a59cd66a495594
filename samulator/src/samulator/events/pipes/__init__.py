"""Pipes of EventBridge: a polled source, an enrichment and a target."""

"""Users in OpenSearch: written at once where possible, brought up to date from the outbox."""

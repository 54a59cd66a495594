-- X-Amzn-Trace-Id of the write, by which its way to the index is part of the same trace. Code of
-- before leaves it out.
ALTER TABLE search_outbox ADD COLUMN trace text;

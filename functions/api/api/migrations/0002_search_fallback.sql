-- Substring search in PostgreSQL, for when OpenSearch is away.
-- Without the extension (PostgreSQL as packaged for laptops) the same query scans the table.
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_available_extensions WHERE name = 'pg_trgm') THEN
        CREATE EXTENSION IF NOT EXISTS pg_trgm;
        CREATE INDEX users_by_text ON users
            USING gin ((name || ' ' || email || ' ' || role) gin_trgm_ops);
    END IF;
END
$$;

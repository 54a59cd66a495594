-- no transaction
-- GET /users?sort=updated_at
CREATE INDEX CONCURRENTLY IF NOT EXISTS users_by_change ON users (updated_at, created_at, id);

-- no transaction
-- GET /users?sort=name: the expression is NAME_KEY of api/users/keyset.py.
CREATE INDEX CONCURRENTLY IF NOT EXISTS users_by_name ON users (
    (lower(left(regexp_replace(normalize(name, NFKD), '[\u0300-\u036f]', '', 'g'), 100)) COLLATE "C"),
    created_at,
    id
);

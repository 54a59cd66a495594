-- Users, and the outbox from which the search index follows them.

-- Grows with every write to any user; tells caches and the index which state is the newer one.
CREATE SEQUENCE users_revision AS bigint;

CREATE TABLE users (
    id uuid PRIMARY KEY,
    name text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 200),
    email text NOT NULL,
    -- NFKC and casefold of email; the one rule that emails are unique.
    email_key text NOT NULL CONSTRAINT users_email_key UNIQUE,
    role text NOT NULL CHECK (char_length(role) BETWEEN 1 AND 64),
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    version bigint NOT NULL DEFAULT 1,
    revision bigint NOT NULL DEFAULT nextval('users_revision')
);

CREATE INDEX users_by_creation ON users (created_at, id);
CREATE INDEX users_by_role ON users (role, created_at, id);

-- What changed, not what it changed to: the relay reads the row again.
CREATE TABLE search_outbox (
    position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_id uuid NOT NULL,
    revision bigint NOT NULL,
    email_keys text[] NOT NULL,
    queued_at timestamptz NOT NULL DEFAULT now()
);

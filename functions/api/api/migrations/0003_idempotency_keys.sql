-- Which creations were done, so that a repeated one is answered and not done again.

-- Only hashes: neither the caller nor what was sent can be read here.
CREATE TABLE idempotency_keys (
    -- Of the caller and the key.
    digest bytea PRIMARY KEY,
    -- Of what was sent.
    fingerprint bytea NOT NULL,
    -- No foreign key: the answer outlives the user, so that a repeat cannot undo a deletion.
    user_id uuid NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL
);

CREATE INDEX idempotency_keys_by_expiry ON idempotency_keys (expires_at);

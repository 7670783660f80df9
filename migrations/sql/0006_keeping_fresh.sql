-- Subscriptions to areas, and reminders to whoever left an address.

CREATE TABLE subscriptions (
    id uuid PRIMARY KEY,
    area_id uuid NOT NULL REFERENCES areas,
    contact_id uuid NOT NULL REFERENCES contacts ON DELETE CASCADE,
    rhythm text NOT NULL CHECK (rhythm IN ('immediate', 'daily', 'weekly')),
    token_hash text NOT NULL UNIQUE,
    created_at timestamptz NOT NULL,
    -- Nothing is sent before the address said yes.
    confirmed_at timestamptz,
    told_until timestamptz NOT NULL
);
-- Usage: the job that tells of news.
CREATE INDEX subscriptions_confirmed ON subscriptions (rhythm, told_until) WHERE confirmed_at IS NOT NULL;

CREATE TABLE reminders (
    id uuid PRIMARY KEY,
    space_id uuid NOT NULL REFERENCES spaces,
    contact_id uuid NOT NULL REFERENCES contacts ON DELETE CASCADE,
    due_on date NOT NULL,
    sent_at timestamptz NOT NULL,
    UNIQUE (space_id, contact_id, due_on)
);

ALTER TABLE follow_links
    ADD purpose text NOT NULL DEFAULT 'report' CHECK (purpose IN ('report', 'reminder')),
    ADD used_at timestamptz;

-- What holds a contribution for a moderator, what visitors flag, and organisations that are trusted.

CREATE TABLE flags (
    id uuid PRIMARY KEY,
    noun text NOT NULL CHECK (noun IN ('space', 'photo', 'initiative', 'pact', 'map')),
    record_id uuid NOT NULL,
    area_id uuid REFERENCES areas,
    kind text NOT NULL CHECK (kind IN ('wrong', 'private', 'offensive', 'dangerous')),
    note text,
    reporter text NOT NULL,
    user_id integer REFERENCES users,
    created_at timestamptz NOT NULL,
    state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'upheld', 'dismissed')),
    settled_at timestamptz,
    settled_by integer REFERENCES users
);
-- Usage: the desk's queue. One open flag of a kind for each reporter and record.
CREATE UNIQUE INDEX flags_open ON flags (noun, record_id, kind, reporter) WHERE state = 'open';

ALTER TABLE spaces
    ADD hold_rules text[] NOT NULL DEFAULT '{}',
    ADD frozen_at timestamptz;
ALTER TABLE observations ADD hold_rules text[] NOT NULL DEFAULT '{}';
-- Usage: the desk's queue.
CREATE INDEX observations_held ON observations (space_id) WHERE state = 'held';
-- Usage: the rules that count what one network or account sent lately.
CREATE INDEX observations_cluster ON observations (cluster_key, submitted_at) WHERE cluster_key IS NOT NULL;

ALTER TABLE role_grants DROP CONSTRAINT role_grants_role_check;
ALTER TABLE role_grants ADD CONSTRAINT role_grants_role_check CHECK (role IN
    ('administrator', 'officer', 'moderator', 'curator', 'member', 'collective_rep', 'trust_broker', 'auditor'));

-- What holds a contribution for a moderator, what visitors flag, and organisations that are trusted.

CREATE TABLE flags (
    id uuid PRIMARY KEY,
    noun text NOT NULL CHECK (noun IN ('space', 'photo', 'initiative', 'pact', 'map')),
    record_id uuid NOT NULL,
    area_id uuid REFERENCES areas,
    kind text NOT NULL CHECK (kind IN ('wrong', 'private', 'offensive', 'dangerous')),
    note text,
    reporter text NOT NULL,
    cluster_key text,
    user_id integer REFERENCES users,
    created_at timestamptz NOT NULL,
    -- The state that the record had before this flag hid it at once; empty when it did not.
    hid_from text,
    state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'upheld', 'dismissed')),
    settled_at timestamptz,
    settled_by integer REFERENCES users
);
-- Usage: the desk's queue. One open flag of a kind for each reporter and record.
CREATE UNIQUE INDEX flags_open ON flags (noun, record_id, kind, reporter) WHERE state = 'open';
-- Usage: how many records one network or account hid at once lately; what was decided about a record before.
CREATE INDEX flags_hid ON flags (created_at) WHERE hid_from IS NOT NULL;
CREATE INDEX flags_record ON flags (noun, record_id);

ALTER TABLE spaces
    ADD hold_rules text[] NOT NULL DEFAULT '{}',
    ADD frozen_at timestamptz;
-- Usage: what is held, frozen or picked for a second look.
CREATE INDEX spaces_held ON spaces (id) WHERE hold_rules <> '{}' OR frozen_at IS NOT NULL;
-- Usage: how many places an account marked lately.
CREATE INDEX spaces_reporter ON spaces (reported_by, created_at) WHERE reported_by IS NOT NULL;
ALTER TABLE observations
    ADD hold_rules text[] NOT NULL DEFAULT '{}',
    ADD state_reason text;
-- Usage: the desk's queue.
CREATE INDEX observations_held ON observations (space_id) WHERE state = 'held';
-- Usage: the rules that count what one network or account sent lately.
CREATE INDEX observations_cluster ON observations (cluster_key, submitted_at) WHERE cluster_key IS NOT NULL;
CREATE INDEX observations_user ON observations (user_id, submitted_at) WHERE user_id IS NOT NULL;

-- A photo that somebody flagged is out of sight until a moderator has looked.
ALTER TABLE photos DROP CONSTRAINT photos_state_check;
ALTER TABLE photos ADD CONSTRAINT photos_state_check CHECK (state IN ('submitted', 'published', 'rejected', 'hidden'));

ALTER TABLE role_grants DROP CONSTRAINT role_grants_role_check;
ALTER TABLE role_grants ADD CONSTRAINT role_grants_role_check CHECK (role IN
    ('administrator', 'officer', 'moderator', 'curator', 'member', 'collective_rep', 'trust_broker', 'auditor'));

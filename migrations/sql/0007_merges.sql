-- What joining two records moved and chose, so that it can be undone for 90 days; pairs that are two places; what a photo
-- looks like.

CREATE TABLE merges (
    id uuid PRIMARY KEY,
    loser_id uuid NOT NULL REFERENCES spaces,
    survivor_id uuid NOT NULL REFERENCES spaces CHECK (survivor_id <> loser_id),
    state text NOT NULL CHECK (state IN ('proposed', 'done', 'undone', 'refused')),
    -- Field by field: which of the two records each value of the survivor came from.
    choices jsonb NOT NULL,
    -- What undoing needs: the survivor's values before and after, the loser's state, the identifiers of what moved.
    memory jsonb NOT NULL DEFAULT '{}',
    -- Why the other record lives on than the rule says.
    swap_reason text,
    asked_by integer REFERENCES users,
    asked_at timestamptz NOT NULL,
    -- Who agreed to a proposal, or refused it; never who made it.
    agreed_by integer REFERENCES users,
    refused_by integer REFERENCES users,
    done_at timestamptz,
    undone_by integer REFERENCES users,
    undone_at timestamptz,
    CHECK (agreed_by IS NULL OR agreed_by IS DISTINCT FROM asked_by),
    CHECK ((state IN ('done', 'undone')) = (done_at IS NOT NULL)),
    CHECK ((state = 'undone') = (undone_at IS NOT NULL))
);
-- Usage: the queue, the record at the desk. One merge of a record waits or holds at a time.
CREATE UNIQUE INDEX merges_standing ON merges (loser_id) WHERE state IN ('proposed', 'done');
-- Usage: what was joined with a record, at the desk, when it is undone, and on the page of a reporter's private link.
CREATE INDEX merges_survivor ON merges (survivor_id) WHERE state IN ('proposed', 'done');

-- Pairs that somebody judged to be two places; they are not suggested again. The smaller id stands first.
CREATE TABLE different_places (
    first_id uuid NOT NULL REFERENCES spaces,
    second_id uuid NOT NULL REFERENCES spaces,
    judged_by integer REFERENCES users,
    judged_at timestamptz NOT NULL,
    PRIMARY KEY (first_id, second_id),
    CHECK (first_id < second_id)
);

-- A perceptual hash of 64 bits; empty for a picture without any contrast, which is like every other one.
ALTER TABLE photos ADD image_hash bigint;

-- Usage: spatial/sql/desk_duplicates.sql, the records that changed last.
CREATE INDEX spaces_changed ON spaces (updated_at DESC, id DESC) WHERE record_state IN ('submitted', 'published');
-- Usage: spatial/sql/desk_duplicates.sql, records with the same key of another register.
CREATE INDEX spaces_external_ids ON spaces USING gin (external_ids jsonb_path_ops) WHERE external_ids <> '{}';

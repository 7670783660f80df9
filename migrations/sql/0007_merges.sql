-- What joining two records moved and chose, so that it can be undone for 90 days.

CREATE TABLE merges (
    id uuid PRIMARY KEY,
    loser_id uuid NOT NULL REFERENCES spaces,
    survivor_id uuid NOT NULL REFERENCES spaces CHECK (survivor_id <> loser_id),
    state text NOT NULL CHECK (state IN ('proposed', 'done', 'undone', 'refused')),
    -- Field by field: which of the two records each value of the survivor came from.
    choices jsonb NOT NULL,
    -- What undoing needs: the survivor's values before, the loser's state, and the identifiers of what moved.
    memory jsonb NOT NULL DEFAULT '{}',
    asked_by integer REFERENCES users,
    asked_at timestamptz NOT NULL,
    agreed_by integer REFERENCES users,
    done_at timestamptz,
    undone_by integer REFERENCES users,
    undone_at timestamptz
);
-- Usage: the queue, the record at the desk. One merge of a record waits or holds at a time.
CREATE UNIQUE INDEX merges_standing ON merges (loser_id) WHERE state IN ('proposed', 'done');

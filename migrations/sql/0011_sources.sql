-- Registers that are kept in step: how each is read, what its runs found, and what was seen of every row.

CREATE TABLE source_registers (
    source_id integer PRIMARY KEY REFERENCES sources,
    noun text NOT NULL CHECK (noun IN ('pacts', 'spaces')),
    -- The reader that knows its columns.
    mapping text NOT NULL CHECK (mapping <> ''),
    rhythm text NOT NULL CHECK (rhythm IN ('irregular', 'daily', 'weekly', 'monthly', 'yearly')),
    -- A run in which more than this share of the rows is missing stops and asks.
    removal_share double precision NOT NULL CHECK (removal_share BETWEEN 0 AND 1),
    -- Answers about renamed columns: the name in the file and the name that it stands for.
    columns jsonb NOT NULL DEFAULT '{}'
);

CREATE TABLE source_runs (
    id uuid PRIMARY KEY,
    source_id integer NOT NULL REFERENCES sources,
    file_sha256 text NOT NULL,
    file_as_of date,
    ran_at timestamptz NOT NULL,
    counts jsonb NOT NULL
);
-- Usage: the last run of a source.
CREATE INDEX source_runs_last ON source_runs (source_id, ran_at DESC);

CREATE TABLE source_rows (
    source_id integer NOT NULL REFERENCES sources,
    row_key text NOT NULL CHECK (row_key <> ''),
    -- A pact or a space, as the register's noun says; the newest record that the key stood for.
    record_id uuid NOT NULL,
    state text NOT NULL CHECK (state IN ('present', 'vanished')),
    -- A hash of what the row said of each field, never the value: enough to tell who changed a field since. Fields that
    -- can name a person are left out.
    said jsonb NOT NULL,
    -- Different files in a row without it.
    missed integer NOT NULL DEFAULT 0 CHECK ((missed = 0) = (state = 'present')),
    first_seen_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL,
    PRIMARY KEY (source_id, row_key)
);

-- Keys that a register gave to something else: the record before and the record after.
CREATE TABLE source_reuses (
    source_id integer NOT NULL REFERENCES sources,
    row_key text NOT NULL,
    old_record_id uuid NOT NULL,
    new_record_id uuid NOT NULL CHECK (new_record_id <> old_record_id),
    noticed_at timestamptz NOT NULL,
    PRIMARY KEY (source_id, row_key, new_record_id)
);

-- That a record left its register, or that its number went to another one, is public.
CREATE OR REPLACE VIEW public_history AS
SELECT h.id, h.at, h.noun, r.slug, h.actor_kind, h.action, h.after ->> 'state' AS state
FROM audit_log h JOIN (
    SELECT 'space' AS noun, id::text AS record_id, slug FROM public_space_pages
    UNION ALL SELECT 'initiative', id::text, slug FROM initiatives WHERE record_state = 'published'
    UNION ALL SELECT 'pact', id::text, slug FROM pacts WHERE record_state = 'published'
) r ON r.noun = h.noun AND r.record_id = h.record_id
WHERE h.action IN ('reported', 'added', 'imported', 'edited', 'rolled_back', 'publish', 'hide', 'archive', 'same_as', 'merge_undone',
    'observed', 'observation_withdrawn', 'note_shown', 'photo_shown', 'owner_verified', 'precision_by_policy', 'decision_taken_back',
    'vanished', 'returned', 'number_reused');

-- Registers that are set at the desk: where each is fetched, what is accepted without asking, and runs that wait for somebody.

ALTER TABLE source_registers
    -- Where it is fetched by the timetable; none for files that somebody sends.
    ADD COLUMN fetch_url text CHECK (fetch_url <> ''),
    -- Another kind of file is refused, so that a page with an error is never read as a table.
    ADD COLUMN format text NOT NULL DEFAULT 'any'
        CHECK (format IN ('any', 'csv', 'xlsx', 'geojson', 'geopackage', 'shapefile', 'overpass')),
    -- Kinds of difference that are written without asking.
    ADD COLUMN accepts text[] NOT NULL DEFAULT '{}'
        CHECK (accepts <@ '{new,changed,moved,returned,vanished}'::text[]),
    -- EPSG number of its x and y; none where they are degrees.
    ADD COLUMN grid integer CHECK (grid BETWEEN 1024 AND 32767),
    -- What each column of the newest file stood for, blank where it was left alone: so a renamed one is noticed.
    ADD COLUMN known_columns jsonb NOT NULL DEFAULT '{}',
    ADD COLUMN paused boolean NOT NULL DEFAULT false,
    ADD COLUMN fetched_at timestamptz,
    ADD COLUMN version integer NOT NULL DEFAULT 1;

ALTER TABLE source_runs
    ADD COLUMN state text NOT NULL DEFAULT 'done' CHECK (state IN
        ('queued', 'asking', 'waiting', 'accepted', 'stopped', 'failed', 'done', 'put_away')),
    ADD COLUMN file_name text NOT NULL DEFAULT '',
    ADD COLUMN asked_by integer REFERENCES users,
    ADD COLUMN decided_by integer REFERENCES users,
    ADD COLUMN ended_at timestamptz,
    -- Too many rows are missing, so that nothing may be written by a rule.
    ADD COLUMN stopped_to_ask boolean NOT NULL DEFAULT false,
    ADD COLUMN stop_asked boolean NOT NULL DEFAULT false,
    -- What is being done, and how much of it is done.
    ADD COLUMN step text NOT NULL DEFAULT '',
    ADD COLUMN done_rows integer NOT NULL DEFAULT 0,
    ADD COLUMN all_rows integer NOT NULL DEFAULT 0,
    -- Columns with what they stand for, and questions about them.
    ADD COLUMN columns jsonb NOT NULL DEFAULT '{}',
    ADD COLUMN questions jsonb NOT NULL DEFAULT '[]',
    -- What somebody decided: kinds, and rows that are treated otherwise than their kind.
    ADD COLUMN decision jsonb,
    -- Somebody accepted that decision; before, it is what is offered.
    ADD COLUMN accepted boolean NOT NULL DEFAULT false,
    -- Rows that were written, by kind; none before the run has ended.
    ADD COLUMN written jsonb,
    -- Why the run failed, as a code and what its sentence needs.
    ADD COLUMN fault text,
    ADD COLUMN fault_params jsonb NOT NULL DEFAULT '{}',
    ADD COLUMN version integer NOT NULL DEFAULT 1;
-- Usage: one run of a register at a time.
CREATE UNIQUE INDEX source_runs_open ON source_runs (source_id)
    WHERE state IN ('queued', 'asking', 'waiting', 'accepted', 'stopped');

-- The file of a run, until the run has ended. Whoever works on a run holds this row locked.
CREATE TABLE source_files (
    run_id uuid PRIMARY KEY REFERENCES source_runs ON DELETE CASCADE,
    -- None while it has not been fetched yet.
    data bytea
);

-- What a run found, row by row, for whoever decides; written rows are gone when the run has ended.
CREATE TABLE source_run_rows (
    run_id uuid NOT NULL REFERENCES source_runs ON DELETE CASCADE,
    row_key text NOT NULL,
    kind text NOT NULL CHECK (kind IN
        ('new', 'changed', 'moved', 'returned', 'reused', 'conflict', 'vanished', 'refused')),
    number integer NOT NULL DEFAULT 0,
    title text NOT NULL DEFAULT '',
    record_id uuid,
    -- Fields with their value here and in the register; those that both changed stand apart.
    changes jsonb NOT NULL DEFAULT '[]',
    disputed jsonb NOT NULL DEFAULT '[]',
    -- What is odd about the row, as codes with what their sentences need.
    remarks jsonb NOT NULL DEFAULT '[]',
    -- A hash of what would be done: what is not the same any more when it is written was not decided.
    mark text NOT NULL,
    PRIMARY KEY (run_id, kind, row_key, number)
);

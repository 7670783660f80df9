-- What was erased, so that a restored backup can be cleaned again; and mail that must not leave by itself.

CREATE TABLE erasures (
    id uuid PRIMARY KEY,
    subject_kind text NOT NULL CHECK (subject_kind IN ('user', 'contact', 'observation')),
    subject_id text NOT NULL,
    at timestamptz NOT NULL,
    counts jsonb NOT NULL DEFAULT '{}'
);

ALTER TABLE outbox ADD held boolean NOT NULL DEFAULT false;

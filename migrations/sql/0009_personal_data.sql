-- What was erased, so that a restored backup can be cleaned again; and mail that must not leave by itself.

CREATE TABLE erasures (
    id uuid PRIMARY KEY,
    subject_kind text NOT NULL CHECK (subject_kind IN ('user', 'contact', 'observation')),
    subject_id text NOT NULL,
    at timestamptz NOT NULL,
    counts jsonb NOT NULL DEFAULT '{}'
);

-- After a restore nothing leaves by itself: what waits may have left already, after the backup was made.
ALTER TABLE outbox ADD held boolean NOT NULL DEFAULT false;

-- The row of an erased account stays as a number without a person, because decisions refer to it.
ALTER TABLE users ADD erased_at timestamptz;

-- When somebody decided about the text of an observation or about itself: rejected ones are kept for a stated time.
ALTER TABLE observations ADD decided_at timestamptz;

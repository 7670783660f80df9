-- Appeals against decisions, and what became of photos.

CREATE TABLE appeals (
    id uuid PRIMARY KEY,
    space_id uuid NOT NULL REFERENCES spaces,
    observation_id uuid REFERENCES observations,
    text text NOT NULL,
    created_at timestamptz NOT NULL,
    state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'upheld', 'refused')),
    -- Whoever took the decision appealed against: another one decides the appeal.
    first_decided_by integer REFERENCES users,
    decided_by integer REFERENCES users,
    decided_at timestamptz,
    answer text,
    CHECK (decided_by IS NULL OR decided_by IS DISTINCT FROM first_decided_by)
);
-- Usage: the desk's queue; one open appeal for each decision.
CREATE UNIQUE INDEX appeals_open ON appeals (space_id) WHERE state = 'open';

ALTER TABLE photos
    ADD version integer NOT NULL DEFAULT 1,
    ADD reason text,
    ADD decided_at timestamptz;

-- The owner's right of reply, reports that are no vacancies, and how exactly a street is shown.

CREATE TABLE owner_claims (
    id uuid PRIMARY KEY,
    space_id uuid NOT NULL REFERENCES spaces,
    -- What the owner wants: to agree to an exact place, to object to it, or only to say something in public.
    wish text NOT NULL CHECK (wish IN ('consent', 'object', 'note')),
    public_note text,
    proof_text text,
    proof_file text,
    contact_id uuid REFERENCES contacts,
    user_id integer REFERENCES users,
    reporter text NOT NULL,
    token_hash text NOT NULL UNIQUE,
    state text NOT NULL DEFAULT 'received' CHECK (state IN ('received', 'verified', 'refused', 'withdrawn')),
    created_at timestamptz NOT NULL,
    decided_at timestamptz,
    decided_by integer REFERENCES users,
    reason text,
    -- An exact place is shown again after an objection only when two people agree.
    unhide_asked_by integer REFERENCES users
);
-- Usage: the desk's queue and the record at the desk.
CREATE INDEX owner_claims_space ON owner_claims (space_id);

-- Reports of homes and of people living somewhere: never a vacancy, only a message to the office.
CREATE TABLE office_messages (
    id uuid PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('lived_in')),
    area_id uuid REFERENCES areas,
    point geometry(Point, 4326) NOT NULL
        CHECK (NOT ST_IsEmpty(point) AND ST_X(point) BETWEEN -180 AND 180 AND ST_Y(point) BETWEEN -85.06 AND 85.06),
    note text,
    reporter text NOT NULL,
    created_at timestamptz NOT NULL,
    state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'closed')),
    closed_at timestamptz,
    closed_by integer REFERENCES users
);

ALTER TABLE spaces
    ADD owner_objection boolean NOT NULL DEFAULT false,
    ADD owner_note text,
    -- Derived by the trigger spaces_derive: the street whose segment stands for the place.
    ADD published_street text;
ALTER TABLE areas ADD version integer NOT NULL DEFAULT 1;

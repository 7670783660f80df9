-- Pacts as living records: two sides, clauses, commitments, reports; term, act and ceilings came with the contracts of calls.

ALTER TABLE pacts
    ADD COLUMN initiative_form text CHECK (initiative_form IN ('public_consultation', 'direct', 'ordinary')),
    ADD COLUMN level text CHECK (level IN ('care', 'shared_management', 'regeneration')),
    ADD COLUMN area_id uuid REFERENCES areas,
    -- Clauses a) to h) and what follows them, by code and language: JSON of domain.pact_clauses.
    ADD COLUMN clauses jsonb NOT NULL DEFAULT '{}',
    ADD COLUMN governance jsonb NOT NULL DEFAULT '{}',
    ADD COLUMN proposed_on date,
    ADD COLUMN comments_until date,
    ADD COLUMN handed_back_on date,
    ADD COLUMN draft_number integer NOT NULL DEFAULT 0,
    ADD COLUMN contact_id uuid REFERENCES contacts,
    ADD COLUMN token_hash text UNIQUE,
    ADD COLUMN created_by integer REFERENCES users,
    ADD COLUMN state_before text;

CREATE TABLE pact_parties (
    id uuid PRIMARY KEY,
    pact_id uuid NOT NULL REFERENCES pacts ON DELETE CASCADE,
    side text NOT NULL CHECK (side IN ('city', 'civic')),
    role text NOT NULL CHECK (role IN ('municipality', 'proposer', 'partner', 'supporter', 'contact')),
    organisation_id uuid REFERENCES organisations,
    -- Where no organisation is linked: a name; of a person it is for the office only.
    name text,
    is_person boolean NOT NULL DEFAULT false,
    sector text CHECK (sector IN ('public', 'private', 'knowledge', 'civil_society', 'inhabitants')),
    signed_on date,
    place integer NOT NULL DEFAULT 0,
    CHECK (organisation_id IS NOT NULL OR name IS NOT NULL)
);

-- What the pact is about: one or several places, each a space, a point, a line or an area.
CREATE TABLE pact_places (
    id uuid PRIMARY KEY,
    pact_id uuid NOT NULL REFERENCES pacts ON DELETE CASCADE,
    name text NOT NULL DEFAULT '',
    space_id uuid REFERENCES spaces,
    shape geometry(Geometry, 4326) CHECK (shape IS NULL OR NOT ST_IsEmpty(shape)),
    shape_3857 geometry(Geometry, 3857) GENERATED ALWAYS AS (ST_Transform(shape, 3857)) STORED,
    CHECK (space_id IS NOT NULL OR shape IS NOT NULL)
);
-- Usage: pacts of a place, and those in a box at a date.
CREATE INDEX pact_places_shape ON pact_places USING gist (shape_3857);
CREATE INDEX pact_places_pact ON pact_places (pact_id);

CREATE TABLE pact_commitments (
    id uuid PRIMARY KEY,
    pact_id uuid NOT NULL REFERENCES pacts ON DELETE CASCADE,
    side text NOT NULL CHECK (side IN ('city', 'civic')),
    kind text NOT NULL CHECK (kind IN ('care', 'management', 'regeneration', 'activity', 'opening', 'report', 'support')),
    text text NOT NULL CHECK (text <> ''),
    quantity double precision,
    unit text NOT NULL DEFAULT '',
    due_on date,
    state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'done', 'partly', 'not_done', 'dropped')),
    evidence text NOT NULL DEFAULT '',
    done_on date,
    reminded_on date,
    place integer NOT NULL DEFAULT 0,
    version integer NOT NULL DEFAULT 1
);

CREATE TABLE pact_resources (
    id uuid PRIMARY KEY,
    pact_id uuid NOT NULL REFERENCES pacts ON DELETE CASCADE,
    side text NOT NULL CHECK (side IN ('city', 'civic')),
    kind text NOT NULL CHECK (kind IN ('money', 'material', 'works', 'staff', 'fee_waiver', 'utilities')),
    text text NOT NULL DEFAULT '',
    amount_cents bigint CHECK (amount_cents >= 0),
    on_day date
);

CREATE TABLE pact_indicators (
    id uuid PRIMARY KEY,
    pact_id uuid NOT NULL REFERENCES pacts ON DELETE CASCADE,
    code text NOT NULL CHECK (code <> ''),
    name text NOT NULL CHECK (name <> ''),
    unit text NOT NULL DEFAULT '',
    target double precision,
    place integer NOT NULL DEFAULT 0,
    UNIQUE (pact_id, code)
);

CREATE TABLE pact_reports (
    id uuid PRIMARY KEY,
    pact_id uuid NOT NULL REFERENCES pacts ON DELETE CASCADE,
    from_on date NOT NULL,
    until_on date NOT NULL CHECK (until_on > from_on),
    activities text NOT NULL DEFAULT '',
    problems text NOT NULL DEFAULT '',
    feedback text NOT NULL DEFAULT '',
    -- Value by the code of an indicator.
    figures jsonb NOT NULL DEFAULT '{}',
    people integer CHECK (people >= 0),
    hours double precision CHECK (hours >= 0),
    money_in_cents bigint CHECK (money_in_cents >= 0),
    money_out_cents bigint CHECK (money_out_cents >= 0),
    state text NOT NULL DEFAULT 'draft' CHECK (state IN ('draft', 'sent', 'published', 'returned')),
    state_reason text,
    sent_at timestamptz,
    decided_at timestamptz,
    decided_by integer REFERENCES users,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    version integer NOT NULL DEFAULT 1
);

CREATE TABLE pact_report_photos (
    id uuid PRIMARY KEY,
    report_id uuid NOT NULL REFERENCES pact_reports ON DELETE CASCADE,
    sha256 text NOT NULL,
    width integer NOT NULL,
    height integer NOT NULL,
    alt text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL
);

-- The public timeline; registers and people write it.
CREATE TABLE pact_events (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    pact_id uuid NOT NULL REFERENCES pacts ON DELETE CASCADE,
    at timestamptz NOT NULL,
    on_day date NOT NULL,
    action text NOT NULL CHECK (action <> ''),
    state text NOT NULL,
    note text NOT NULL DEFAULT '',
    user_id integer REFERENCES users
);
-- Usage: the timeline of a pact, and which state it had on a day.
CREATE INDEX pact_events_pact ON pact_events (pact_id, on_day, id);

-- Texts as they were agreed, one after the other.
CREATE TABLE pact_versions (
    pact_id uuid NOT NULL REFERENCES pacts ON DELETE CASCADE,
    number integer NOT NULL CHECK (number > 0),
    title text NOT NULL,
    clauses jsonb NOT NULL,
    note text NOT NULL DEFAULT '',
    made_at timestamptz NOT NULL,
    made_by integer REFERENCES users,
    PRIMARY KEY (pact_id, number)
);

-- Organisations with their networks; initiatives as living records: who does them, what they look for, what came of them.

CREATE TABLE organisations (
    id uuid PRIMARY KEY,
    slug text NOT NULL UNIQUE,
    name text NOT NULL CHECK (name <> ''),
    alt_names text[] NOT NULL DEFAULT '{}',
    about jsonb NOT NULL DEFAULT '{}',
    original_lang text NOT NULL DEFAULT 'en',
    form text NOT NULL DEFAULT 'other',
    -- The five helices.
    sector text CHECK (sector IN ('public', 'private', 'knowledge', 'civil_society', 'inhabitants')),
    formality text CHECK (formality IN ('informal', 'project_based', 'registered')),
    -- Kinds that carry rights: municipality office, neighbourhood house, district council …
    role_kind text,
    activity_areas text[] NOT NULL DEFAULT '{}',
    languages text[] NOT NULL DEFAULT '{}',
    website text,
    -- Whom to ask, as a function, never a name; mail is relayed and its address is shown to nobody.
    contact_function text,
    contact_id uuid REFERENCES contacts,
    identifiers jsonb NOT NULL DEFAULT '{}',
    facts jsonb NOT NULL DEFAULT '{}',
    starts text,
    ends text,
    point geometry(Point, 4326)
        CHECK (point IS NULL OR (NOT ST_IsEmpty(point) AND ST_X(point) BETWEEN -180 AND 180 AND ST_Y(point) BETWEEN -85.06 AND 85.06)),
    point_3857 geometry(Point, 3857) GENERATED ALWAYS AS (ST_Transform(point, 3857)) STORED,
    address text,
    city_name text,
    state text NOT NULL DEFAULT 'active' CHECK (state IN ('submitted', 'active', 'dormant', 'closed')),
    record_state text NOT NULL DEFAULT 'submitted'
        CHECK (record_state IN ('submitted', 'published', 'rejected', 'merged', 'hidden', 'archived')),
    state_reason text,
    verified_by integer REFERENCES users,
    verified_on date,
    last_confirmed_on date,
    created_by integer REFERENCES users,
    search_text text GENERATED ALWAYS AS (mapsvc_fold(name)) STORED,
    source_id integer NOT NULL REFERENCES sources,
    source_key text NOT NULL,
    source_url text,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    version integer NOT NULL DEFAULT 1,
    UNIQUE (source_id, source_key)
);
-- Usage: catalogue and search.
CREATE INDEX organisations_search ON organisations USING gin (search_text gin_trgm_ops) WHERE record_state = 'published';

-- Where an organisation works.
CREATE TABLE organisation_areas (
    organisation_id uuid NOT NULL REFERENCES organisations ON DELETE CASCADE,
    area_id uuid NOT NULL REFERENCES areas,
    PRIMARY KEY (organisation_id, area_id)
);

-- Who belongs to which network, and when (Popolo Membership).
CREATE TABLE memberships (
    id uuid PRIMARY KEY,
    member_id uuid NOT NULL REFERENCES organisations ON DELETE CASCADE,
    network_id uuid NOT NULL REFERENCES organisations ON DELETE CASCADE,
    kind text NOT NULL CHECK (kind IN ('member_of', 'connected_to')),
    starts text,
    ends text,
    CHECK (member_id <> network_id)
);
-- Usage: the networks of an organisation and the members of a network; one membership of a kind at a time.
CREATE UNIQUE INDEX memberships_open ON memberships (member_id, network_id, kind) WHERE ends IS NULL;
CREATE INDEX memberships_network ON memberships (network_id);

ALTER TABLE initiatives
    ADD COLUMN outcome text CHECK (outcome IN ('completed', 'transformed', 'failed', 'not_implemented', 'unknown')),
    ADD COLUMN outcome_note text,
    ADD COLUMN activities text[] NOT NULL DEFAULT '{}',
    ADD COLUMN challenges text[] NOT NULL DEFAULT '{}',
    ADD COLUMN online boolean NOT NULL DEFAULT false,
    -- The good-practice card: what it needs, how to begin, what to avoid.
    ADD COLUMN replication jsonb NOT NULL DEFAULT '{}',
    ADD COLUMN contact_function text,
    ADD COLUMN contact_id uuid REFERENCES contacts,
    ADD COLUMN token_hash text UNIQUE,
    ADD COLUMN created_by integer REFERENCES users,
    ADD COLUMN reminded_on date,
    ADD CONSTRAINT initiatives_outcome CHECK (outcome IS NULL OR state = 'ended');

-- A place may also be a line or an area.
ALTER TABLE initiative_places
    ADD COLUMN shape geometry(Geometry, 4326)
        CHECK (shape IS NULL OR (NOT ST_IsEmpty(shape) AND GeometryType(shape) IN ('LINESTRING', 'MULTILINESTRING', 'POLYGON', 'MULTIPOLYGON'))),
    ADD COLUMN name text;

-- Accounts that keep an initiative or an organisation up to date.
CREATE TABLE keepers (
    noun text NOT NULL CHECK (noun IN ('initiative', 'organisation', 'pact')),
    record_id uuid NOT NULL,
    user_id integer NOT NULL REFERENCES users ON DELETE CASCADE,
    added_at timestamptz NOT NULL,
    PRIMARY KEY (noun, record_id, user_id)
);

CREATE TABLE initiative_organisations (
    initiative_id uuid NOT NULL REFERENCES initiatives ON DELETE CASCADE,
    organisation_id uuid NOT NULL REFERENCES organisations ON DELETE CASCADE,
    role text NOT NULL CHECK (role IN ('lead', 'partner', 'supporter', 'funder', 'host')),
    starts text,
    ends text,
    PRIMARY KEY (initiative_id, organisation_id, role)
);

-- Stages as they followed each other.
CREATE TABLE initiative_stages (
    id uuid PRIMARY KEY,
    initiative_id uuid NOT NULL REFERENCES initiatives ON DELETE CASCADE,
    state text NOT NULL,
    outcome text,
    note text,
    on_day date NOT NULL,
    noted_at timestamptz NOT NULL
);

-- What came of it, with the target, the value and what shows it.
CREATE TABLE initiative_outcomes (
    id uuid PRIMARY KEY,
    initiative_id uuid NOT NULL REFERENCES initiatives ON DELETE CASCADE,
    name text NOT NULL CHECK (name <> ''),
    unit text NOT NULL DEFAULT '',
    target double precision,
    value double precision,
    as_of date,
    evidence text NOT NULL DEFAULT '',
    place integer NOT NULL DEFAULT 0
);

-- Adapted from, and seen from the other side adopted by; the other may be known by its name and address only.
CREATE TABLE initiative_transfers (
    id uuid PRIMARY KEY,
    initiative_id uuid NOT NULL REFERENCES initiatives ON DELETE CASCADE,
    original_id uuid REFERENCES initiatives,
    original_name text,
    original_url text,
    original_city text,
    note text NOT NULL DEFAULT '',
    CHECK (original_id IS NOT NULL OR original_name IS NOT NULL),
    CHECK (original_id <> initiative_id)
);

-- The board: what an initiative or an organisation looks for or offers.
CREATE TABLE notices (
    id uuid PRIMARY KEY,
    initiative_id uuid REFERENCES initiatives ON DELETE CASCADE,
    organisation_id uuid REFERENCES organisations ON DELETE CASCADE,
    direction text NOT NULL CHECK (direction IN ('looking_for', 'offers')),
    what text NOT NULL CHECK (what IN ('members', 'space', 'skills', 'funds', 'equipment')),
    text text NOT NULL CHECK (text <> ''),
    lang text NOT NULL,
    state text NOT NULL DEFAULT 'open' CHECK (state IN ('held', 'open', 'closed', 'refused')),
    state_reason text,
    hold_rules text[] NOT NULL DEFAULT '{}',
    until date,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    version integer NOT NULL DEFAULT 1,
    CHECK ((initiative_id IS NULL) <> (organisation_id IS NULL))
);

-- Messages that are passed on without showing either address.
CREATE TABLE relayed_messages (
    id uuid PRIMARY KEY,
    notice_id uuid REFERENCES notices ON DELETE CASCADE,
    noun text NOT NULL CHECK (noun IN ('initiative', 'organisation', 'pact')),
    record_id uuid NOT NULL,
    -- From whom, and to whom the answer goes.
    contact_id uuid REFERENCES contacts,
    in_answer_to uuid REFERENCES relayed_messages ON DELETE SET NULL,
    from_keeper boolean NOT NULL DEFAULT false,
    -- The secret of the page on which it is answered, hashed.
    token_hash text NOT NULL UNIQUE,
    text text,
    state text NOT NULL DEFAULT 'held' CHECK (state IN ('held', 'sent', 'refused')),
    state_reason text,
    hold_rules text[] NOT NULL DEFAULT '{}',
    reporter text NOT NULL,
    created_at timestamptz NOT NULL,
    decided_at timestamptz,
    decided_by integer REFERENCES users
);

-- Comments on what is open for comment, such as a published proposal of a pact.
CREATE TABLE comments (
    id uuid PRIMARY KEY,
    noun text NOT NULL CHECK (noun IN ('pact')),
    record_id uuid NOT NULL,
    author_name text NOT NULL DEFAULT '',
    text text,
    lang text NOT NULL,
    state text NOT NULL DEFAULT 'held' CHECK (state IN ('held', 'published', 'refused', 'hidden')),
    state_reason text,
    hold_rules text[] NOT NULL DEFAULT '{}',
    answer text,
    reporter text NOT NULL,
    contact_id uuid REFERENCES contacts,
    created_at timestamptz NOT NULL,
    decided_at timestamptz,
    decided_by integer REFERENCES users
);
-- Usage: the comments of a record.
CREATE INDEX comments_record ON comments (noun, record_id, created_at);

-- The first schema: nouns, their public views, and what keeps them true whoever writes.
-- Every index says in a comment which query uses it.

CREATE EXTENSION IF NOT EXISTS postgis;
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS unaccent;

-- Functions ---------------------------------------------------------------------------------------------------------

-- unaccent() alone is only STABLE because its dictionary could change; the two-argument form pins the dictionary.
CREATE FUNCTION mapsvc_fold(value text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN lower(public.unaccent('public.unaccent'::regdictionary, value));

-- Status is a function of the UTC day. A test or an auditor may look from another day by the setting mapsvc.today.
CREATE FUNCTION mapsvc_today() RETURNS date
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN coalesce(nullif(current_setting('mapsvc.today', true), '')::date, (now() AT TIME ZONE 'utc')::date);

-- The 100 m cell of the publication rules: the same formula stands in mapsvc.domain.publication, and a test compares them.
CREATE FUNCTION mapsvc_cell_centre(lon float8, lat float8) RETURNS geometry
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN (
        WITH cell_row AS (SELECT floor(lat / 0.0009) AS r),
             cell_col AS (SELECT r, cos(radians((r + 0.5) * 0.0009)) AS shrink FROM cell_row)
        SELECT ST_SetSRID(ST_MakePoint((floor(lon * shrink / 0.0009) + 0.5) * 0.0009 / shrink, (r + 0.5) * 0.0009), 4326)
        FROM cell_col);

-- The deterministic public place of a record; NULL means that it has none.
CREATE FUNCTION mapsvc_published_point(place geometry, precision_code text, area_point geometry) RETURNS geometry
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE precision_code
        WHEN 'exact' THEN place
        WHEN 'street' THEN mapsvc_cell_centre(ST_X(place), ST_Y(place))
        WHEN 'cell_100m' THEN mapsvc_cell_centre(ST_X(place), ST_Y(place))
        WHEN 'district' THEN area_point
    END;

-- What holds today in a sequence of periods: the value of the last period that has begun.
CREATE FUNCTION mapsvc_current(starts date[], codes text[]) RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN codes[greatest(1, width_bucket(mapsvc_today(), starts))];

-- Deployment and people ---------------------------------------------------------------------------------------------

CREATE TABLE city (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    name text NOT NULL,
    languages text[] NOT NULL DEFAULT '{en,it}',
    accent text,
    accent_dark text,
    centre geometry(Point, 4326) NOT NULL,
    zoom integer NOT NULL DEFAULT 14,
    demonstration boolean NOT NULL DEFAULT false
);

CREATE TABLE sources (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code text NOT NULL UNIQUE,
    title text NOT NULL,
    licence text NOT NULL,
    attribution text NOT NULL,
    url text,
    demonstration boolean NOT NULL DEFAULT false,
    loaded_at timestamptz
);

CREATE TABLE areas (
    id uuid PRIMARY KEY,
    slug text NOT NULL UNIQUE,
    name text NOT NULL,
    level text NOT NULL CHECK (level IN ('country', 'city', 'municipality', 'district', 'neighbourhood', 'custom')),
    level_rank integer NOT NULL,
    parent_id uuid REFERENCES areas,
    geom geometry(MultiPolygon, 4326) NOT NULL CHECK (NOT ST_IsEmpty(geom)),
    geom_3857 geometry(MultiPolygon, 3857) NOT NULL,
    label_point geometry(Point, 4326) NOT NULL,
    commercial_precision text NOT NULL DEFAULT 'exact' CHECK (commercial_precision IN ('exact', 'cell_100m')),
    moderation text NOT NULL DEFAULT 'before' CHECK (moderation IN ('before', 'after')),
    source_id integer NOT NULL REFERENCES sources,
    source_key text NOT NULL,
    UNIQUE (source_id, source_key)
);
-- Usage: which areas hold this point (spaces_derive, spatial/sql/areas_at.sql).
CREATE INDEX areas_geom ON areas USING gist (geom);
-- Usage: spatial/sql/background_areas.sql.
CREATE INDEX areas_geom_3857 ON areas USING gist (geom_3857);

CREATE TABLE streets (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL,
    search_text text GENERATED ALWAYS AS (mapsvc_fold(name)) STORED,
    width integer NOT NULL DEFAULT 1 CHECK (width BETWEEN 1 AND 3),
    geom geometry(MultiLineString, 4326) NOT NULL CHECK (NOT ST_IsEmpty(geom)),
    geom_3857 geometry(MultiLineString, 3857) NOT NULL,
    area_id uuid REFERENCES areas,
    source_id integer NOT NULL REFERENCES sources,
    source_key text NOT NULL,
    UNIQUE (source_id, source_key)
);
-- Usage: spatial/sql/background_streets.sql.
CREATE INDEX streets_geom_3857 ON streets USING gist (geom_3857);
-- Usage: the nearest street of a tapped point.
CREATE INDEX streets_geom ON streets USING gist (geom);
-- Usage: spatial/sql/search.sql, typing errors forgiven.
CREATE INDEX streets_search ON streets USING gin (search_text gin_trgm_ops);

CREATE TABLE users (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    email text NOT NULL UNIQUE CHECK (email = lower(email)),
    password text,
    name text NOT NULL DEFAULT '',
    lang text,
    active boolean NOT NULL DEFAULT true,
    fs_uniquifier text NOT NULL UNIQUE,
    confirmed_at timestamptz,
    create_datetime timestamptz NOT NULL DEFAULT now(),
    update_datetime timestamptz NOT NULL DEFAULT now(),
    demonstration boolean NOT NULL DEFAULT false
);

CREATE TABLE groups (
    id uuid PRIMARY KEY,
    slug text NOT NULL UNIQUE,
    name text NOT NULL,
    about text NOT NULL DEFAULT '',
    website text,
    area_id uuid REFERENCES areas,
    state text NOT NULL DEFAULT 'requested' CHECK (state IN ('requested', 'approved', 'refused', 'closed')),
    requested_by integer REFERENCES users,
    created_at timestamptz NOT NULL,
    demonstration boolean NOT NULL DEFAULT false,
    version integer NOT NULL DEFAULT 1
);

-- Collectives and calls ---------------------------------------------------------------------------------------------

CREATE TABLE collectives (
    id uuid PRIMARY KEY,
    slug text NOT NULL UNIQUE,
    name text NOT NULL,
    story text NOT NULL DEFAULT '',
    original_lang text NOT NULL DEFAULT 'en',
    form text NOT NULL DEFAULT 'informal_group',
    disciplines text[] NOT NULL DEFAULT '{}',
    members_count integer CHECK (members_count > 0),
    needs jsonb NOT NULL DEFAULT '{}',
    state text NOT NULL DEFAULT 'active' CHECK (state IN ('draft', 'active', 'verified', 'suspended', 'dissolved')),
    anchor geometry(Point, 4326),
    search_text text GENERATED ALWAYS AS (mapsvc_fold(name || ' ' || story)) STORED,
    source_id integer NOT NULL REFERENCES sources,
    source_key text NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    version integer NOT NULL DEFAULT 1,
    UNIQUE (source_id, source_key)
);
-- Usage: catalogue search.
CREATE INDEX collectives_search ON collectives USING gin (search_text gin_trgm_ops);

CREATE TABLE role_grants (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_id integer NOT NULL REFERENCES users ON DELETE CASCADE,
    role text NOT NULL CHECK (role IN ('administrator', 'officer', 'moderator', 'curator', 'member', 'collective_rep')),
    area_id uuid REFERENCES areas,
    group_id uuid REFERENCES groups,
    collective_id uuid REFERENCES collectives,
    granted_by integer REFERENCES users,
    granted_at timestamptz NOT NULL
);
-- Usage: one grant of a role for one scope; written without NULLS NOT DISTINCT, which PostgreSQL 14 does not know.
CREATE UNIQUE INDEX role_grants_once ON role_grants (user_id, role, coalesce(area_id, group_id, collective_id,
    '00000000-0000-0000-0000-000000000000'::uuid));

CREATE TABLE invitations (
    token_hash text PRIMARY KEY,
    user_id integer NOT NULL REFERENCES users ON DELETE CASCADE,
    expires_at timestamptz NOT NULL
);

-- Spaces, observations, photos --------------------------------------------------------------------------------------

CREATE TABLE spaces (
    id uuid PRIMARY KEY,
    slug text NOT NULL UNIQUE,
    name text NOT NULL CHECK (name <> ''),
    asset_kind text NOT NULL DEFAULT 'commercial_unit',
    owner_type text NOT NULL DEFAULT 'unknown',
    street text,
    number text,
    floor text,
    postcode text,
    city_name text,
    point geometry(Point, 4326) NOT NULL
        CHECK (NOT ST_IsEmpty(point) AND ST_X(point) BETWEEN -180 AND 180 AND ST_Y(point) BETWEEN -85.06 AND 85.06),
    footprint geometry(MultiPolygon, 3857) CHECK (footprint IS NULL OR NOT ST_IsEmpty(footprint)),
    geocode_precision text NOT NULL DEFAULT 'street'
        CHECK (geocode_precision IN ('entrance', 'rooftop', 'parcel', 'street', 'district')),
    publication_precision text NOT NULL DEFAULT 'exact'
        CHECK (publication_precision IN ('exact', 'street', 'cell_100m', 'district', 'hidden')),
    features jsonb NOT NULL DEFAULT '{}',
    description jsonb NOT NULL DEFAULT '{}',
    external_ids jsonb NOT NULL DEFAULT '{}',
    record_state text NOT NULL DEFAULT 'submitted'
        CHECK (record_state IN ('submitted', 'published', 'rejected', 'merged', 'hidden', 'archived')),
    state_reason text,
    merged_into uuid REFERENCES spaces,
    availability_state text NOT NULL DEFAULT 'not_offered',
    owner_consent boolean,
    reported_by integer REFERENCES users,
    -- Derived from the observations by mapsvc.domain.freshness; the arrays hold every coming change that time alone brings.
    status_from date[] NOT NULL DEFAULT '{2000-01-01}',
    status_codes text[] NOT NULL DEFAULT '{unverified}',
    band_codes text[] NOT NULL DEFAULT '{none}',
    last_confirmed_on date,
    last_source_kind text,
    observation_count integer NOT NULL DEFAULT 0,
    next_check_due date,
    last_official_check_on date,
    -- Derived by the trigger spaces_derive.
    area_id uuid REFERENCES areas,
    public_area_id uuid REFERENCES areas,
    published_point geometry(Point, 4326),
    published_3857 geometry(Point, 3857),
    search_text text,
    area_m2 double precision,
    source_id integer NOT NULL REFERENCES sources,
    source_key text NOT NULL,
    source_url text,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    version integer NOT NULL DEFAULT 1,
    UNIQUE (source_id, source_key),
    CHECK ((record_state = 'merged') = (merged_into IS NOT NULL)),
    CHECK (cardinality(status_from) = cardinality(status_codes) AND cardinality(status_from) = cardinality(band_codes)
           AND cardinality(status_from) > 0)
);
-- Usage: spatial/sql/places.sql and clusters.sql, by box.
CREATE INDEX spaces_published_3857 ON spaces USING gist (published_3857) WHERE record_state = 'published';
-- Usage: spatial/sql/nearby.sql (candidates of a mark) and the officer's map.
CREATE INDEX spaces_point ON spaces USING gist ((point::geography));
-- Usage: spatial/sql/search.sql.
CREATE INDEX spaces_search ON spaces USING gin (search_text gin_trgm_ops) WHERE record_state = 'published';
-- Usage: the desk's queue.
CREATE INDEX spaces_submitted ON spaces (created_at) WHERE record_state = 'submitted';
-- Usage: catalogue in the order of the newest confirmation, keyset paging.
CREATE INDEX spaces_by_confirmation ON spaces (last_confirmed_on DESC NULLS LAST, id) WHERE record_state = 'published';
-- Usage: figures of an area page.
CREATE INDEX spaces_area ON spaces (public_area_id) WHERE record_state = 'published';
-- Usage: spatial/sql/background_shapes.sql.
CREATE INDEX spaces_footprint ON spaces USING gist (footprint)
    WHERE record_state = 'published' AND publication_precision = 'exact';

CREATE FUNCTION spaces_derive() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    area_point geometry;
BEGIN
    IF TG_OP = 'INSERT' OR NEW.point IS DISTINCT FROM OLD.point OR NEW.area_id IS NULL THEN
        SELECT a.id INTO NEW.area_id FROM areas a
        WHERE ST_Covers(a.geom, NEW.point) ORDER BY a.level_rank DESC, a.id LIMIT 1;
    END IF;
    SELECT a.label_point INTO area_point FROM areas a WHERE a.id = NEW.area_id;
    NEW.published_point := mapsvc_published_point(NEW.point, NEW.publication_precision, area_point);
    NEW.published_3857 := ST_Transform(NEW.published_point, 3857);
    -- A cell may cross a boundary: the public area of a coarse record is that of its published point, or the two together
    -- would say on which side of the boundary it lies.
    NEW.public_area_id := NEW.area_id;
    IF NEW.publication_precision IN ('street', 'cell_100m') THEN
        SELECT a.id INTO NEW.public_area_id FROM areas a
        WHERE ST_Covers(a.geom, NEW.published_point) ORDER BY a.level_rank DESC, a.id LIMIT 1;
    END IF;
    NEW.area_m2 := (NEW.features ->> 'usable_area_m2')::double precision;
    -- A coarse record must not be found by its address.
    NEW.search_text := CASE WHEN NEW.publication_precision = 'exact'
        THEN mapsvc_fold(concat_ws(' ', NEW.name, NEW.street, NEW.number, NEW.city_name)) END;
    RETURN NEW;
END $$;
CREATE TRIGGER spaces_derive BEFORE INSERT OR UPDATE ON spaces FOR EACH ROW EXECUTE FUNCTION spaces_derive();

CREATE TABLE observations (
    id uuid PRIMARY KEY,
    space_id uuid NOT NULL REFERENCES spaces,
    claim text NOT NULL CHECK (claim IN ('vacant', 'occupied', 'gone', 'unsure')),
    source_kind text NOT NULL CHECK (source_kind IN ('officer_visit', 'owner_statement', 'trust_broker', 'partner_org',
        'registered_user', 'anonymous', 'import_official', 'import_open')),
    quality text NOT NULL CHECK (quality IN ('photo_onsite', 'onsite_no_photo', 'remote', 'register')),
    observed_at timestamptz NOT NULL,
    submitted_at timestamptz NOT NULL,
    reporter text NOT NULL,
    cluster_key text,
    user_id integer REFERENCES users,
    state text NOT NULL DEFAULT 'counted'
        CHECK (state IN ('received', 'screened', 'counted', 'held', 'rejected', 'superseded', 'withdrawn')),
    note text,
    note_state text NOT NULL DEFAULT 'none' CHECK (note_state IN ('none', 'queued', 'published', 'rejected')),
    device_point geometry(Point, 4326),
    accuracy_m real,
    source_id integer NOT NULL REFERENCES sources,
    source_key text,
    CHECK (observed_at <= submitted_at)
);
-- Usage: the evidence of a space, newest first.
CREATE INDEX observations_space ON observations (space_id, observed_at DESC);
-- Usage: repeated imports find their rows.
CREATE UNIQUE INDEX observations_source ON observations (source_id, source_key) WHERE source_key IS NOT NULL;

CREATE TABLE photos (
    id uuid PRIMARY KEY,
    space_id uuid NOT NULL REFERENCES spaces,
    observation_id uuid REFERENCES observations,
    state text NOT NULL DEFAULT 'submitted' CHECK (state IN ('submitted', 'published', 'rejected')),
    sha256 text NOT NULL,
    width integer NOT NULL,
    height integer NOT NULL,
    alt text NOT NULL DEFAULT '',
    licence text NOT NULL DEFAULT 'CC BY 4.0',
    created_at timestamptz NOT NULL
);
-- Usage: photos of a space page.
CREATE INDEX photos_space ON photos (space_id);

CREATE TABLE contacts (
    id uuid PRIMARY KEY,
    email text NOT NULL,
    lang text NOT NULL,
    created_at timestamptz NOT NULL
);

CREATE TABLE follow_links (
    token_hash text PRIMARY KEY,
    space_id uuid NOT NULL REFERENCES spaces,
    observation_id uuid REFERENCES observations,
    contact_id uuid REFERENCES contacts,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL
);

CREATE TABLE lots (
    id uuid PRIMARY KEY,
    call_id uuid NOT NULL,
    space_id uuid NOT NULL REFERENCES spaces,
    number integer NOT NULL,
    starts_on date NOT NULL,
    ends_on date NOT NULL,
    CHECK (starts_on < ends_on),
    UNIQUE (call_id, number)
);

CREATE TABLE calls (
    id uuid PRIMARY KEY,
    code text NOT NULL UNIQUE,
    title jsonb NOT NULL,
    summary jsonb NOT NULL DEFAULT '{}',
    state text NOT NULL DEFAULT 'draft' CHECK (state IN ('draft', 'approved', 'open', 'closed', 'admissibility',
        'evaluation', 'matching', 'provisional', 'observations', 'final', 'contracting', 'concluded', 'suspended', 'cancelled')),
    opens_on date,
    closes_on date,
    source_id integer NOT NULL REFERENCES sources,
    source_key text NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    UNIQUE (source_id, source_key)
);
ALTER TABLE lots ADD FOREIGN KEY (call_id) REFERENCES calls;
-- Usage: the call of a space page.
CREATE INDEX lots_space ON lots (space_id);

-- Initiatives and pacts ---------------------------------------------------------------------------------------------

CREATE TABLE initiatives (
    id uuid PRIMARY KEY,
    slug text NOT NULL UNIQUE,
    name text NOT NULL CHECK (name <> ''),
    summary jsonb NOT NULL DEFAULT '{}',
    original_lang text NOT NULL DEFAULT 'en',
    kind text NOT NULL DEFAULT 'project',
    themes text[] NOT NULL DEFAULT '{}',
    state text NOT NULL DEFAULT 'unknown' CHECK (state IN ('idea', 'starting', 'active', 'paused', 'ended', 'unknown')),
    starts text,
    ends text,
    links text[] NOT NULL DEFAULT '{}',
    facts jsonb NOT NULL DEFAULT '{}',
    last_confirmed_on date,
    record_state text NOT NULL DEFAULT 'submitted'
        CHECK (record_state IN ('submitted', 'published', 'rejected', 'merged', 'hidden', 'archived')),
    state_reason text,
    merged_into uuid REFERENCES initiatives,
    search_text text GENERATED ALWAYS AS (mapsvc_fold(name)) STORED,
    source_id integer NOT NULL REFERENCES sources,
    source_key text NOT NULL,
    source_url text,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    version integer NOT NULL DEFAULT 1,
    UNIQUE (source_id, source_key)
);
-- Usage: spatial/sql/search.sql and the catalogue.
CREATE INDEX initiatives_search ON initiatives USING gin (search_text gin_trgm_ops) WHERE record_state = 'published';

CREATE TABLE initiative_places (
    id uuid PRIMARY KEY,
    initiative_id uuid NOT NULL REFERENCES initiatives ON DELETE CASCADE,
    point geometry(Point, 4326)
        CHECK (point IS NULL OR (NOT ST_IsEmpty(point) AND ST_X(point) BETWEEN -180 AND 180 AND ST_Y(point) BETWEEN -85.06 AND 85.06)),
    point_3857 geometry(Point, 3857) GENERATED ALWAYS AS (ST_Transform(point, 3857)) STORED,
    address text,
    city_name text,
    starts text,
    ends text,
    flags text[] NOT NULL DEFAULT '{}',
    source_key text NOT NULL,
    UNIQUE (initiative_id, source_key)
);
-- Usage: spatial/sql/places.sql and clusters.sql, by box.
CREATE INDEX initiative_places_point ON initiative_places USING gist (point_3857);

CREATE TABLE pacts (
    id uuid PRIMARY KEY,
    slug text NOT NULL UNIQUE,
    title text NOT NULL CHECK (title <> ''),
    summary jsonb NOT NULL DEFAULT '{}',
    original_lang text NOT NULL DEFAULT 'it',
    kind text,
    state text NOT NULL CHECK (state IN ('proposal', 'triage', 'integration', 'rejected', 'published', 'co_design', 'draft',
        'approved', 'signed', 'active', 'suspended', 'renewal', 'ended', 'terminated_early', 'archived')),
    fields_of_action text[] NOT NULL DEFAULT '{}',
    proposer text,
    representative text,
    representative_is_person boolean NOT NULL DEFAULT true,
    place_text text,
    district_text text,
    neighbourhood_text text,
    city_name text,
    note text,
    document_url text,
    point geometry(Point, 4326)
        CHECK (point IS NULL OR (NOT ST_IsEmpty(point) AND ST_X(point) BETWEEN -180 AND 180 AND ST_Y(point) BETWEEN -85.06 AND 85.06)),
    point_3857 geometry(Point, 3857) GENERATED ALWAYS AS (ST_Transform(point, 3857)) STORED,
    state_as_of date,
    record_state text NOT NULL DEFAULT 'submitted'
        CHECK (record_state IN ('submitted', 'published', 'rejected', 'merged', 'hidden', 'archived')),
    state_reason text,
    merged_into uuid REFERENCES pacts,
    search_text text GENERATED ALWAYS AS (mapsvc_fold(title || ' ' || coalesce(place_text, ''))) STORED,
    source_id integer NOT NULL REFERENCES sources,
    source_key text NOT NULL,
    source_url text,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    version integer NOT NULL DEFAULT 1,
    UNIQUE (source_id, source_key)
);
-- Usage: spatial/sql/places.sql and clusters.sql, by box.
CREATE INDEX pacts_point ON pacts USING gist (point_3857) WHERE record_state = 'published';
-- Usage: spatial/sql/search.sql and the catalogue.
CREATE INDEX pacts_search ON pacts USING gin (search_text gin_trgm_ops) WHERE record_state = 'published';

-- Maps of groups ----------------------------------------------------------------------------------------------------

CREATE TABLE curated_maps (
    id uuid PRIMARY KEY,
    slug text NOT NULL UNIQUE,
    group_id uuid NOT NULL REFERENCES groups,
    title text NOT NULL CHECK (title <> ''),
    intro text NOT NULL DEFAULT '',
    filters jsonb NOT NULL DEFAULT '{}',
    view jsonb NOT NULL DEFAULT '{}',
    state text NOT NULL DEFAULT 'private' CHECK (state IN ('private', 'unlisted', 'public', 'archived')),
    created_by integer REFERENCES users,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    version integer NOT NULL DEFAULT 1
);

-- Machinery ---------------------------------------------------------------------------------------------------------

CREATE TABLE import_batches (
    id uuid PRIMARY KEY,
    file_name text NOT NULL,
    created_by integer REFERENCES users,
    created_at timestamptz NOT NULL,
    applied_at timestamptz,
    state text NOT NULL DEFAULT 'preview' CHECK (state IN ('preview', 'applied', 'discarded')),
    summary jsonb NOT NULL,
    rows jsonb NOT NULL
);

CREATE TABLE audit_log (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT now(),
    actor_user_id integer,
    actor_kind text NOT NULL,
    action text NOT NULL,
    noun text NOT NULL,
    record_id text NOT NULL,
    before jsonb,
    after jsonb,
    reason text
);
-- Usage: the history of a record.
CREATE INDEX audit_log_record ON audit_log (noun, record_id, id);
CREATE FUNCTION audit_log_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit log is append-only' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER audit_log_append_only BEFORE UPDATE OR DELETE ON audit_log FOR EACH ROW EXECUTE FUNCTION audit_log_refuse();
CREATE TRIGGER audit_log_no_truncate BEFORE TRUNCATE ON audit_log FOR EACH STATEMENT EXECUTE FUNCTION audit_log_refuse();

CREATE TABLE outbox (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    recipient text NOT NULL,
    template text NOT NULL,
    lang text NOT NULL,
    params jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    sent_at timestamptz,
    attempts integer NOT NULL DEFAULT 0,
    last_error text
);
-- Usage: jobs/send_mail takes what waits.
CREATE INDEX outbox_waiting ON outbox (id) WHERE sent_at IS NULL;

CREATE TABLE idempotency_keys (
    key uuid PRIMARY KEY,
    scope text NOT NULL,
    body_sha256 text NOT NULL,
    result jsonb NOT NULL,
    created_at timestamptz NOT NULL
);

CREATE TABLE rate_counters (
    key text PRIMARY KEY,
    hits integer NOT NULL,
    expires_at timestamptz NOT NULL
);

CREATE TABLE job_runs (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL,
    due_at timestamptz NOT NULL,
    started_at timestamptz,
    finished_at timestamptz,
    report jsonb,
    error text,
    UNIQUE (name, due_at)
);
-- Usage: the worker takes the next job with FOR UPDATE SKIP LOCKED.
CREATE INDEX job_runs_waiting ON job_runs (due_at) WHERE started_at IS NULL;

-- Public views: everything that a visitor can reach reads these and nothing else --------------------------------------

CREATE VIEW public_areas AS
SELECT a.id, a.slug, a.name, a.level, a.level_rank, p.slug AS parent_slug, p.name AS parent_name,
       a.geom, a.geom_3857, a.label_point, s.code AS source_code
FROM areas a JOIN sources s ON s.id = a.source_id LEFT JOIN areas p ON p.id = a.parent_id;

CREATE VIEW public_streets AS
SELECT id, name, search_text, width, geom, geom_3857, area_id FROM streets;

CREATE VIEW public_sources AS
SELECT code, title, licence, attribution, url, demonstration, loaded_at FROM sources;

CREATE VIEW public_city AS SELECT name, languages, accent, accent_dark, centre, zoom, demonstration FROM city;

-- One row for each space with a public page; `listed` is false for an archived one, which only keeps its page.
CREATE VIEW public_space_pages AS
SELECT s.id, s.slug, s.record_state = 'published' AS listed,
       CASE WHEN s.publication_precision = 'exact' THEN s.name END AS name,
       CASE WHEN s.publication_precision = 'exact' THEN s.street END AS street,
       CASE WHEN s.publication_precision = 'exact' THEN s.number END AS number,
       CASE WHEN s.publication_precision = 'exact' THEN s.floor END AS floor,
       CASE WHEN s.publication_precision = 'exact' THEN s.postcode END AS postcode,
       s.city_name, s.asset_kind, s.owner_type, s.publication_precision, s.geocode_precision,
       s.published_point AS point, s.published_3857 AS point_3857,
       CASE WHEN s.publication_precision = 'exact' THEN s.footprint END AS footprint,
       -- What no public page shows; what lets a coarse place be recognised; and since when it stands empty, before somebody
       -- confirmed it, unless it is public property, its owner agreed, or a register published it.
       s.features - '{hazards,works_low_cents,works_high_cents,works_days,certificates,floor_load_kn_m2}'::text[]
           - CASE WHEN s.publication_precision = 'exact' THEN '{}'::text[]
                  ELSE '{vacant_since,former_use,former_use_code,frontage_m,shop_windows}'::text[] END
           - CASE WHEN s.owner_type IN ('municipality', 'other_public') OR s.owner_consent
                       OR mapsvc_current(s.status_from, s.status_codes) = 'confirmed_vacant'
                       OR s.last_source_kind = 'import_official' THEN '{}'::text[]
                  ELSE '{vacant_since}'::text[] END AS features,
       CASE WHEN s.publication_precision = 'exact' THEN s.description ELSE '{}'::jsonb END AS description,
       -- The trigger spaces_derive leaves it empty for a coarse record; a plain column here keeps its index usable.
       s.search_text,
       s.area_m2, s.availability_state,
       mapsvc_current(s.status_from, s.status_codes) AS status,
       mapsvc_current(s.status_from, s.band_codes) AS band,
       s.last_confirmed_on, s.last_source_kind, s.observation_count, s.next_check_due, s.last_official_check_on,
       s.public_area_id AS area_id, a.slug AS area_slug, a.name AS area_name,
       src.code AS source_code, src.demonstration,
       CASE WHEN s.publication_precision = 'exact' THEN s.source_key END AS source_key,
       CASE WHEN s.publication_precision = 'exact' THEN s.source_url END AS source_url,
       s.created_at, s.updated_at, s.version
FROM spaces s JOIN sources src ON src.id = s.source_id LEFT JOIN areas a ON a.id = s.public_area_id
WHERE s.record_state IN ('published', 'archived') AND s.published_point IS NOT NULL;

CREATE VIEW public_spaces AS SELECT * FROM public_space_pages WHERE listed;

CREATE VIEW public_observations AS
SELECT o.id, o.space_id, o.claim, o.source_kind, o.quality, o.observed_at, o.submitted_at, o.reporter, o.cluster_key,
       CASE WHEN o.note_state = 'published' AND p.publication_precision = 'exact' THEN o.note END AS note
FROM observations o JOIN public_space_pages p ON p.id = o.space_id
WHERE o.state = 'counted';

-- What happened to a public record and which kind of actor did it; values, names and reasons stay inside.
CREATE VIEW public_history AS
SELECT h.id, h.at, h.noun, r.slug, h.actor_kind, h.action, h.after ->> 'state' AS state
FROM audit_log h JOIN (
    SELECT 'space' AS noun, id::text AS record_id, slug FROM public_space_pages
    UNION ALL SELECT 'initiative', id::text, slug FROM initiatives WHERE record_state = 'published'
    UNION ALL SELECT 'pact', id::text, slug FROM pacts WHERE record_state = 'published'
) r ON r.noun = h.noun AND r.record_id = h.record_id
WHERE h.action IN ('reported', 'added', 'imported', 'publish', 'hide', 'archive', 'edited', 'observed', 'observation_withdrawn', 'same_as');

-- Where a joined record lives on, for ever, however often its survivor was joined again. The slug of an exact record is its
-- address: it must not lead to a coarse one, whose place it would tell.
CREATE VIEW public_redirects AS
WITH RECURSIVE chain AS (
    SELECT slug, publication_precision, merged_into, 1 AS step FROM spaces WHERE record_state = 'merged'
    UNION ALL
    SELECT c.slug, c.publication_precision, s.merged_into, c.step + 1 FROM chain c JOIN spaces s ON s.id = c.merged_into
    WHERE s.record_state = 'merged' AND c.step < 100
)
SELECT c.slug, t.slug AS target_slug FROM chain c JOIN public_space_pages t ON t.id = c.merged_into
WHERE t.publication_precision = 'exact' OR c.publication_precision <> 'exact';

CREATE VIEW public_photos AS
SELECT f.id, f.space_id, f.observation_id, f.width, f.height, f.alt, f.licence, f.created_at
FROM photos f JOIN public_space_pages p ON p.id = f.space_id
WHERE f.state = 'published' AND p.publication_precision = 'exact';

CREATE VIEW public_initiatives AS
SELECT i.id, i.slug, i.name, i.summary, i.original_lang, i.kind, i.themes, i.state, i.starts, i.ends, i.links, i.facts,
       i.last_confirmed_on,
       CASE WHEN i.last_confirmed_on IS NULL THEN 'none'
            WHEN mapsvc_today() - i.last_confirmed_on <= 365 THEN 'fresh'
            WHEN mapsvc_today() - i.last_confirmed_on <= 730 THEN 'ageing' ELSE 'stale' END AS band,
       i.search_text, src.code AS source_code, src.demonstration, i.source_key, i.source_url,
       i.created_at, i.updated_at, i.version
FROM initiatives i JOIN sources src ON src.id = i.source_id
WHERE i.record_state = 'published';

CREATE VIEW public_initiative_places AS
SELECT p.id, p.initiative_id, p.point, p.point_3857, p.address, p.city_name, p.starts, p.ends, p.flags
FROM initiative_places p JOIN initiatives i ON i.id = p.initiative_id
WHERE i.record_state = 'published';

CREATE VIEW public_pacts AS
SELECT p.id, p.slug, p.title, p.summary, p.original_lang, p.kind, p.state, p.fields_of_action, p.proposer,
       CASE WHEN NOT p.representative_is_person THEN p.representative END AS representative,
       p.place_text, p.district_text, p.neighbourhood_text, p.city_name, p.note, p.document_url,
       p.point, p.point_3857, p.state_as_of,
       CASE WHEN p.state_as_of IS NULL THEN 'none'
            WHEN mapsvc_today() - p.state_as_of <= 180 THEN 'fresh'
            WHEN mapsvc_today() - p.state_as_of <= 360 THEN 'ageing' ELSE 'stale' END AS band,
       p.search_text, src.code AS source_code, src.demonstration, p.source_key, p.source_url,
       p.created_at, p.updated_at, p.version
FROM pacts p JOIN sources src ON src.id = p.source_id
WHERE p.record_state = 'published';

CREATE VIEW public_collectives AS
SELECT c.id, c.slug, c.name, c.story, c.original_lang, c.form, c.disciplines,
       CASE WHEN c.members_count >= 5 THEN c.members_count END AS members_count,
       c.needs - '{budget_max_cents,deposit_max_cents,own_works_cents,anchor_point}'::text[] AS needs, c.state, c.search_text,
       src.code AS source_code, src.demonstration, c.created_at, c.updated_at, c.version
FROM collectives c JOIN sources src ON src.id = c.source_id
WHERE c.state IN ('active', 'verified');

CREATE VIEW public_calls AS
SELECT c.id, c.code, c.title, c.summary, c.state, c.opens_on, c.closes_on,
       src.code AS source_code, src.demonstration, c.updated_at
FROM calls c JOIN sources src ON src.id = c.source_id
WHERE c.state NOT IN ('draft', 'approved');

CREATE VIEW public_lots AS
SELECT l.id, l.call_id, c.code AS call_code, l.space_id, l.number, l.starts_on, l.ends_on
FROM lots l JOIN public_calls c ON c.id = l.call_id JOIN public_space_pages s ON s.id = l.space_id;

CREATE VIEW public_maps AS
SELECT m.id, m.slug, m.title, m.intro, m.filters, m.view, m.state = 'public' AS listed, g.name AS group_name, g.slug AS group_slug,
       g.website AS group_website, g.demonstration, m.updated_at
FROM curated_maps m JOIN groups g ON g.id = m.group_id
WHERE m.state IN ('public', 'unlisted') AND g.state = 'approved';

CREATE VIEW public_groups AS
SELECT id, slug, name, about, website, demonstration FROM groups WHERE state = 'approved';

-- The narrow union that the map draws: one row for each place of a public record.
CREATE VIEW public_places AS
SELECT 'space' AS kind, s.id, s.slug, s.name, s.point_3857, s.publication_precision AS precision_code, s.status, s.band,
       s.asset_kind AS category, s.area_m2, s.area_slug, s.area_name, s.last_confirmed_on, s.last_source_kind, s.owner_type,
       s.search_text, s.demonstration, s.city_name
FROM public_spaces s
UNION ALL
SELECT 'initiative', i.id, i.slug, i.name, p.point_3857, 'exact', i.state, i.band,
       i.kind, NULL, NULL, NULL, i.last_confirmed_on, NULL, NULL, i.search_text, i.demonstration, p.city_name
FROM public_initiatives i JOIN public_initiative_places p ON p.initiative_id = i.id
WHERE p.point_3857 IS NOT NULL
UNION ALL
SELECT 'pact', c.id, c.slug, c.title, c.point_3857, 'exact', c.state, c.band,
       c.kind, NULL, NULL, NULL, c.state_as_of, NULL, NULL, c.search_text, c.demonstration, c.city_name
FROM public_pacts c WHERE c.point_3857 IS NOT NULL;

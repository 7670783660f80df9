"""The statements of `loading`: rows come as one JSON array, `ON CONFLICT` makes loading a file twice change nothing."""

SOURCE = """
INSERT INTO sources (code, title, licence, attribution, url, demonstration, loaded_at)
VALUES (:code, :title, :licence, :attribution, :url, :demonstration, :at)
ON CONFLICT (code) DO UPDATE SET title = excluded.title, licence = excluded.licence, attribution = excluded.attribution,
    url = excluded.url, loaded_at = coalesce(sources.loaded_at, excluded.loaded_at)
RETURNING id
"""

# The label stands where the area is widest, which is inside it even where the middle of a crescent is not.
AREAS = """
WITH given AS (
    SELECT r.*, ST_Multi(ST_SetSRID(ST_GeomFromGeoJSON(r.geometry::text), 4326)) AS geom
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r (id uuid, slug text, name text, level text, parent_key text,
        geometry jsonb, source_key text)
)
INSERT INTO areas (id, slug, name, level, level_rank, parent_id, geom, geom_3857, label_point, source_id, source_key)
SELECT g.id, g.slug, g.name, g.level,
       10 * (array_position(string_to_array('country city municipality district neighbourhood custom', ' '), g.level)
             - 1),
       (SELECT p.id FROM areas p WHERE p.source_key = g.parent_key AND p.level IN ('country', 'city') LIMIT 1),
       g.geom, ST_Transform(g.geom, 3857), (ST_MaximumInscribedCircle(g.geom)).center, :source, g.source_key
FROM given g
ON CONFLICT (source_id, source_key) DO NOTHING
"""

# The area of a street is the smallest one that holds a point on it; it only tells two streets of one name apart.
STREETS = """
WITH given AS (
    SELECT r.*, ST_SetSRID(ST_GeomFromGeoJSON(r.geometry::text), 4326) AS geom
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r (name text, width integer, geometry jsonb, source_key text)
)
INSERT INTO streets (name, width, geom, geom_3857, area_id, source_id, source_key)
SELECT g.name, g.width, g.geom, ST_Transform(g.geom, 3857),
       (SELECT a.id FROM areas a WHERE ST_Covers(a.geom, ST_PointOnSurface(g.geom))
        ORDER BY a.level_rank DESC, a.id LIMIT 1),
       :source, g.source_key
FROM given g
ON CONFLICT (source_id, source_key) DO NOTHING
"""

SPACES = """
INSERT INTO spaces (id, slug, name, asset_kind, owner_type, street, number, floor, postcode, city_name, point,
    footprint, geocode_precision, publication_precision,
    features, description, external_ids, record_state, availability_state,
    owner_consent, status_from, status_codes, band_codes, last_confirmed_on, last_source_kind, observation_count,
    next_check_due, last_official_check_on, source_id, source_key, source_url, created_at, updated_at)
SELECT r.id, r.slug, r.name, r.asset_kind, r.owner_type, r.street, r.number, r.floor, r.postcode, r.city_name,
       ST_SetSRID(ST_GeomFromGeoJSON(r.point::text), 4326),
       ST_Multi(ST_Transform(ST_SetSRID(ST_GeomFromGeoJSON(r.footprint::text), 4326), 3857)),
       r.geocode_precision, r.publication_precision, r.features, r.description, r.external_ids, r.record_state,
       r.availability_state, r.owner_consent, r.status_from, r.status_codes, r.band_codes, r.last_confirmed_on,
       r.last_source_kind, r.observation_count, r.next_check_due, r.last_official_check_on, :source, r.source_key,
       r.source_url, coalesce(r.reported_at, :at), coalesce(r.reported_at, :at)
FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r (id uuid, slug text, name text, asset_kind text, owner_type text,
    street text, number text, floor text, postcode text, city_name text, point jsonb, footprint jsonb,
    geocode_precision text, publication_precision text, features jsonb, description jsonb, external_ids jsonb,
    record_state text, availability_state text, owner_consent boolean, status_from date[], status_codes text[],
    band_codes text[], last_confirmed_on date, last_source_kind text, observation_count integer, next_check_due date,
    last_official_check_on date, source_key text, source_url text, reported_at timestamptz)
"""

OBSERVATIONS = """
INSERT INTO observations (id, space_id, claim, source_kind, quality, observed_at, submitted_at, reporter, cluster_key,
    note, note_state, source_id, source_key)
SELECT r.id, r.space_id, r.claim, r.source_kind, r.quality, r.observed_at, r.observed_at, r.reporter, r.cluster_key,
       r.note, r.note_state, :source, r.source_key
FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r (id uuid, space_id uuid, claim text, source_kind text, quality text,
    observed_at timestamptz, reporter text, cluster_key text, note text, note_state text, source_key text)
ON CONFLICT (source_id, source_key) WHERE source_key IS NOT NULL DO NOTHING
"""

INITIATIVES = """
INSERT INTO initiatives (id, slug, name, summary, original_lang, kind, themes, state, starts, ends, links, facts,
    last_confirmed_on, record_state, source_id, source_key, source_url, created_at, updated_at)
SELECT r.id, r.slug, r.name, r.summary, r.original_lang, r.kind, r.themes, r.state, r.starts, r.ends, r.links, r.facts,
       r.last_confirmed_on, 'published', :source, r.source_key, r.source_url, :at, :at
FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r (id uuid, slug text, name text, summary jsonb, original_lang text,
    kind text, themes text[], state text, starts text, ends text, links text[], facts jsonb, last_confirmed_on date,
    source_key text, source_url text)
"""

INITIATIVE_PLACES = """
INSERT INTO initiative_places (id, initiative_id, point, address, city_name, starts, ends, flags, source_key)
SELECT r.id, r.initiative_id, ST_SetSRID(ST_GeomFromGeoJSON(r.point::text), 4326), r.address, r.city_name, r.starts,
       r.ends, r.flags, r.source_key
FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r (id uuid, initiative_id uuid, point jsonb, address text,
    city_name text, starts text, ends text, flags text[], source_key text)
"""

PACTS = """
INSERT INTO pacts (id, slug, title, summary, original_lang, kind, state, fields_of_action, proposer, representative,
    representative_is_person, place_text, district_text, neighbourhood_text, city_name, note, document_url, point,
    state_as_of, record_state, source_id, source_key, source_url, created_at, updated_at)
SELECT r.id, r.slug, r.title, r.summary, r.original_lang, r.kind, r.state, r.fields_of_action, r.proposer,
       r.representative, r.representative_is_person, r.place_text, r.district_text, r.neighbourhood_text, r.city_name,
       r.note, r.document_url, ST_SetSRID(ST_GeomFromGeoJSON(r.point::text), 4326), r.state_as_of, 'published',
       :source, r.source_key, r.source_url, :at, :at
FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r (id uuid, slug text, title text, summary jsonb, original_lang text,
    kind text, state text, fields_of_action text[], proposer text, representative text,
    representative_is_person boolean, place_text text, district_text text, neighbourhood_text text, city_name text,
    note text, document_url text,
    point jsonb, state_as_of date, source_key text, source_url text)
"""

COLLECTIVES = """
INSERT INTO collectives (id, slug, name, story, original_lang, form, disciplines, members_count, needs, state, trust,
    anchor, source_id, source_key, created_at, updated_at)
SELECT r.id, r.slug, r.name, r.story, r.original_lang, r.form, r.disciplines, r.members_count, r.needs, r.state,
       CASE WHEN r.state = 'verified' THEN 'verified_identity' ELSE 'new' END,
       ST_SetSRID(ST_GeomFromGeoJSON(r.anchor::text), 4326), :source, r.source_key, :at, :at
FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r (id uuid, slug text, name text, story text, original_lang text,
    form text, disciplines text[], members_count integer, needs jsonb, state text, anchor jsonb, source_key text)
"""

CALLS = """
INSERT INTO calls (id, code, title, summary, state, opens_on, closes_on, source_id, source_key, created_at, updated_at)
SELECT r.id, r.code, r.title, r.summary, r.state, r.opens_on, r.closes_on, :source, r.source_key, :at, :at
FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r (id uuid, code text, title jsonb, summary jsonb, state text,
    opens_on date, closes_on date, source_key text)
"""

LOTS = """
INSERT INTO lots (id, call_id, space_id, number, starts_on, ends_on)
SELECT r.id, c.id, s.id, r.number, r.starts_on, r.ends_on
FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r (id uuid, call_key text, space_key text, number integer,
    starts_on date, ends_on date)
JOIN calls c ON c.source_id = :source AND c.source_key = r.call_key
JOIN spaces s ON s.source_id = :source AND s.source_key = r.space_key
"""

CITY = """
INSERT INTO city (name, languages, accent, centre, zoom, demonstration)
VALUES (:name, :languages, :accent, ST_SetSRID(ST_MakePoint(:lon, :lat), 4326), :zoom, :demonstration)
ON CONFLICT (only_row) DO NOTHING
"""

# Everything that a row of an uploaded register could mean; the comparison itself is made in Python.
CANDIDATES = """
SELECT s.id FROM spaces s JOIN sources src ON src.id = s.source_id
WHERE s.record_state <> 'merged' AND (
    s.slug = ANY (:slugs)
    OR (src.code = :source AND s.source_key = ANY (:keys))
    OR mapsvc_fold(s.street) = ANY (SELECT mapsvc_fold(name) FROM unnest(CAST(:streets AS text[])) AS name)
    OR (s.external_ids <> '{}' AND EXISTS (
        SELECT FROM jsonb_each_text(s.external_ids) e WHERE e.key || ' ' || e.value = ANY (:external))))
"""

REGION = """
SELECT ST_XMin(box) AS west, ST_YMin(box) AS south, ST_XMax(box) AS east, ST_YMax(box) AS north
FROM (SELECT ST_Extent(geom) AS box FROM areas) all_areas WHERE box IS NOT NULL
"""

# A street by its full name, else by its first and last words when only one street has them: "Via Galliari".
STREET = """
WITH wanted AS (SELECT mapsvc_fold(:name) AS name, regexp_replace(mapsvc_fold(:name), '^[^ ]+', '') AS rest),
found AS (
    SELECT s.geom, s.search_text = w.name AS exact
    FROM streets s, wanted w
    WHERE s.search_text = w.name
       OR (s.search_text LIKE split_part(w.name, ' ', 1) || ' %'
           AND w.name LIKE '% %' AND right(s.search_text, length(w.rest)) = w.rest)
)
SELECT ST_X(p) AS lon, ST_Y(p) AS lat
FROM (SELECT ST_ClosestPoint(geom, ST_Centroid(geom)) AS p, exact, count(*) OVER (PARTITION BY exact) AS same
      FROM found) f
WHERE exact OR same = 1 ORDER BY exact DESC LIMIT 1
"""

-- Every public view as it is now; the definitions of before stand in 0010_public_views.sql.

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
       CASE s.publication_precision WHEN 'exact' THEN s.street WHEN 'street' THEN s.published_street END AS street,
       CASE WHEN s.publication_precision = 'exact' THEN s.number END AS number,
       CASE WHEN s.publication_precision = 'exact' THEN s.floor END AS floor,
       CASE WHEN s.publication_precision = 'exact' THEN s.postcode END AS postcode,
       s.city_name, s.asset_kind, s.owner_type,
       -- Where no street hides a place, its cell does.
       CASE WHEN s.publication_precision = 'street' AND s.published_street IS NULL THEN 'cell_100m'
            ELSE s.publication_precision END AS publication_precision,
       s.geocode_precision,
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
       CASE WHEN s.publication_precision = 'exact' THEN s.owner_note END AS owner_note,
       -- The trigger spaces_derive leaves no address in it for a coarse record; a plain column here keeps its index usable.
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
       CASE WHEN o.note_state = 'published' AND p.publication_precision = 'exact' THEN o.note END AS note,
       coalesce(r.reliability, 1) AS reliability
FROM observations o JOIN public_space_pages p ON p.id = o.space_id LEFT JOIN reporters r ON r.reporter = o.reporter
WHERE o.state = 'counted';

-- What happened to a public record and which kind of actor did it; values, names and reasons stay inside.
CREATE VIEW public_history AS
SELECT h.id, h.at, h.noun, r.slug, h.actor_kind, h.action, h.after ->> 'state' AS state
FROM audit_log h JOIN (
    SELECT 'space' AS noun, id::text AS record_id, slug FROM public_space_pages
    UNION ALL SELECT 'initiative', id::text, slug FROM initiatives WHERE record_state = 'published'
    UNION ALL SELECT 'pact', id::text, slug FROM pacts WHERE record_state = 'published'
) r ON r.noun = h.noun AND r.record_id = h.record_id
WHERE h.action IN ('reported', 'added', 'imported', 'edited', 'rolled_back', 'publish', 'hide', 'archive', 'same_as', 'merge_undone',
    'observed', 'observation_withdrawn', 'note_shown', 'photo_shown', 'owner_verified', 'precision_by_policy', 'decision_taken_back',
    'vanished', 'returned', 'number_reused');

-- What feeds and mails tell: places that appeared, statuses that evidence changed, archived places; only of places with a
-- public page, and called as that page calls them. That a place is said to be gone waits for a moderator.
CREATE VIEW public_news AS
SELECT n.id, n.space_id, n.kind, n.status_before, n.status_after, n.on_day, n.noted_at,
       p.slug, p.name, p.street, p.listed, p.status, p.band, p.area_id, p.area_slug, p.area_name, p.publication_precision, p.demonstration
FROM space_news n JOIN public_space_pages p ON p.id = n.space_id
WHERE n.kind = 'archived' AND NOT p.listed OR n.kind <> 'archived' AND n.status_after <> 'gone_pending';

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
SELECT f.id, f.space_id, f.observation_id, f.width, f.height, f.alt, f.licence, f.created_at, f.version
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
       CASE WHEN c.members_under_30 >= 5 THEN c.members_under_30 END AS members_under_30,
       CASE WHEN c.members_under_35 >= 5 THEN c.members_under_35 END AS members_under_35,
       c.website, c.trust,
       c.needs - '{budget_max_cents,deposit_max_cents,own_works_cents,anchor_point}'::text[] AS needs, c.state, c.search_text,
       src.code AS source_code, src.demonstration, c.created_at, c.updated_at, c.version
FROM collectives c JOIN sources src ON src.id = c.source_id
WHERE c.state IN ('active', 'verified');

CREATE VIEW public_collective_endorsements AS
SELECT e.id, e.collective_id, e.organisation, e.text, e.created_at
FROM collective_endorsements e JOIN collectives c ON c.id = e.collective_id
WHERE c.state IN ('active', 'verified');

CREATE VIEW public_calls AS
SELECT c.id, c.code, c.title, c.summary, c.state, c.opens_on, c.closes_on, c.kind, c.office, c.definition, c.timeline, c.closes_at,
       c.frozen, c.frozen_sha256, c.draw_description, c.seed_commitment, c.lottery_seed, a.name AS area_name,
       src.code AS source_code, src.demonstration, c.updated_at
FROM calls c JOIN sources src ON src.id = c.source_id LEFT JOIN areas a ON a.id = c.area_id
-- A call that was dropped before it opened was never public.
WHERE c.state NOT IN ('draft', 'approved') AND coalesce(c.state_before, '') NOT IN ('draft', 'approved');

-- What happened since the opening, without who did it.
CREATE VIEW public_call_events AS
SELECT e.id, e.call_id, e.at, e.action, e.state, e.note, e.details
FROM call_events e JOIN public_calls c ON c.id = e.call_id
WHERE e.action NOT IN ('created', 'copied', 'written') AND e.state NOT IN ('draft', 'approved');

CREATE VIEW public_lots AS
SELECT l.id, l.call_id, c.code AS call_code, l.space_id, l.number, l.starts_on, l.ends_on, l.unit, l.capacity, l.reserve,
       l.pre_access_from, l.withdrawn_at, l.withdrawn_reason
FROM lots l JOIN public_calls c ON c.id = l.call_id JOIN public_space_pages s ON s.id = l.space_id;

-- The published lists: their text holds codes only.
CREATE VIEW public_call_results AS
SELECT r.id, r.call_id, r.kind, r.published_at, r.content, r.sha256
FROM call_results r JOIN public_calls c ON c.id = r.call_id;

-- What became of the lots of a call: since when the premises had been vacant as far as that is public, the day of the
-- keys, and the pact.
CREATE VIEW public_lot_outcomes AS
SELECT l.call_id, l.number, s.features ->> 'vacant_since' AS vacant_since,
       (SELECT min(h.done_on) FROM handovers h JOIN award_offers o ON o.id = h.offer_id
        WHERE o.lot_id = l.id AND h.kind = 'handover') AS use_from,
       (SELECT min(p.slug) FROM pacts p WHERE p.lot_id = l.id AND p.record_state = 'published') AS pact_slug
FROM public_lots l JOIN public_space_pages s ON s.id = l.space_id;

CREATE VIEW public_indicators AS
SELECT i.code, i.name, i.about, i.theme, i.kind, i.unit, i.higher_is_need, i.weight, i.min_group_size, i.method, i.version,
       s.title AS source_title, s.licence AS source_licence, s.demonstration
FROM indicators i JOIN sources s ON s.id = i.source_id;

-- A value of too small a group would point at people.
CREATE VIEW public_indicator_values AS
SELECT v.indicator, v.area_id, v.period, v.value, v.n, v.status
FROM indicator_values v JOIN indicators i ON i.code = v.indicator WHERE v.n IS NULL OR v.n >= i.min_group_size;

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
       s.search_text, s.demonstration, s.city_name, CASE s.publication_precision WHEN 'street' THEN s.street END AS street
FROM public_spaces s
UNION ALL
SELECT 'initiative', i.id, i.slug, i.name, p.point_3857, 'exact', i.state, i.band,
       i.kind, NULL, NULL, NULL, i.last_confirmed_on, NULL, NULL, i.search_text, i.demonstration, p.city_name, NULL
FROM public_initiatives i JOIN public_initiative_places p ON p.initiative_id = i.id
WHERE p.point_3857 IS NOT NULL
UNION ALL
SELECT 'pact', c.id, c.slug, c.title, c.point_3857, 'exact', c.state, c.band,
       c.kind, NULL, NULL, NULL, c.state_as_of, NULL, NULL, c.search_text, c.demonstration, c.city_name, NULL
FROM public_pacts c WHERE c.point_3857 IS NOT NULL;

-- What was decided, by UTC year, for everybody to see: numbers only. `reason` is empty in the row of a total.
-- A place that was hidden was public before, and whoever remembers it could learn why from a small number; so a reason with
-- fewer than three has no number, and counts as one in the total, which is a least number then (`exact` is false). A place that was refused
-- was never public: its reasons tell nothing about anybody, and stay as they are.
CREATE VIEW public_transparency AS
WITH entries AS (
    SELECT record_id, action, reason, at, before ->> 'state' AS before_state, after ->> 'state' AS after_state,
           CAST(date_part('year', at AT TIME ZONE 'UTC') AS integer) AS year
    FROM audit_log
    WHERE noun = 'space' AND action IN ('reported', 'publish', 'reject', 'hide', 'note_shown', 'note_refused', 'photo_shown',
                                        'photo_refused', 'photo_blurred', 'observation_rejected')
), events AS (
    SELECT year, 'received' AS figure, '' AS reason FROM entries WHERE action = 'reported'
    UNION ALL
    SELECT year, 'published', '' FROM entries
    WHERE action = 'publish' AND before_state = 'submitted' OR action = 'reported' AND after_state = 'published'
    UNION ALL
    SELECT year, 'refused', coalesce(reason, '') FROM entries WHERE action = 'reject'
    UNION ALL
    SELECT year, 'hidden', coalesce(reason, '') FROM entries WHERE action = 'hide'
    UNION ALL
    SELECT year, 'parts_shown', '' FROM entries WHERE action IN ('note_shown', 'photo_shown')
    UNION ALL
    SELECT year, 'parts_refused', coalesce(reason, '') FROM entries WHERE action IN ('note_refused', 'photo_refused')
    UNION ALL
    SELECT year, 'photos_blurred', '' FROM entries WHERE action = 'photo_blurred'
    UNION ALL
    SELECT year, 'answers_refused', '' FROM entries WHERE action = 'observation_rejected'
    UNION ALL
    SELECT CAST(date_part('year', created_at AT TIME ZONE 'UTC') AS integer), 'appeals', '' FROM appeals
    UNION ALL
    SELECT CAST(date_part('year', decided_at AT TIME ZONE 'UTC') AS integer), 'appeals_' || state, '' FROM appeals
    WHERE state <> 'open'
    UNION ALL
    SELECT CAST(date_part('year', created_at AT TIME ZONE 'UTC') AS integer), 'flags', '' FROM flags
    UNION ALL
    SELECT CAST(date_part('year', settled_at AT TIME ZONE 'UTC') AS integer), 'flags_upheld', '' FROM flags
    WHERE state = 'upheld' AND settled_at IS NOT NULL
), counts AS (
    SELECT year, figure, reason, count(*) AS number, figure = 'hidden' AND count(*) < 3 AS small
    FROM events GROUP BY year, figure, reason
), waits AS (
    SELECT DISTINCT ON (d.record_id) d.year, extract(epoch FROM d.at - r.at) / 3600 AS hours
    FROM (SELECT record_id, min(at) AS at FROM entries
          WHERE action = 'reported' AND after_state IS DISTINCT FROM 'published' GROUP BY record_id) r
    JOIN entries d ON d.record_id = r.record_id AND d.action IN ('publish', 'reject') AND d.at >= r.at
    ORDER BY d.record_id, d.at
)
SELECT year, figure, reason, CASE WHEN NOT small THEN number END AS number, NOT small AS exact,
       CAST(NULL AS double precision) AS hours
FROM counts WHERE reason <> ''
UNION ALL
SELECT year, figure, '', CAST(sum(CASE WHEN small THEN 1 ELSE number END) AS bigint), NOT bool_or(small), NULL
FROM counts GROUP BY year, figure
UNION ALL
SELECT year, 'median_hours', '', count(*), true, percentile_cont(0.5) WITHIN GROUP (ORDER BY hours)
FROM waits GROUP BY year;

-- What waits for a decision at the desk, at most limit of each kind, with how many of the kind there are.
-- One kind for each space, the first that fits: a new report, said to be gone, two answers, texts or photos, a check due.
WITH RECURSIVE scope AS (
    SELECT id FROM areas WHERE id = ANY (CAST(:areas AS uuid[]))
    UNION
    SELECT a.id FROM areas a JOIN scope p ON a.parent_id = p.id
), soon AS (
    SELECT l.space_id, min(c.opens_on) AS opens_on
    FROM lots l JOIN calls c ON c.id = l.call_id
    WHERE c.state IN ('draft', 'approved', 'open') AND c.opens_on <= mapsvc_today() + 60
    GROUP BY l.space_id
), waiting AS (
    SELECT space_id, min(at) AS since FROM (
        SELECT space_id, submitted_at AS at FROM observations WHERE note_state = 'queued'
        UNION ALL
        SELECT space_id, created_at FROM photos WHERE state = 'submitted') texts
    GROUP BY space_id
), unsure AS (
    -- As domain.freshness.asks_for_check: several who were not sure lately ask for a visit; an anonymous device counts once.
    SELECT space_id FROM observations
    WHERE claim = 'unsure' AND state = 'counted'
      AND least(observed_at, submitted_at) >= (mapsvc_today() - CAST(:unsure_within AS integer))
    GROUP BY space_id
    HAVING count(DISTINCT CASE WHEN source_kind = 'anonymous' THEN coalesce(cluster_key, reporter) ELSE reporter END)
           >= :unsure_reporters
), today AS (
    SELECT s.id, s.slug, s.name, s.record_state, s.asset_kind, s.created_at, s.last_confirmed_on, s.last_source_kind,
           s.observation_count, s.next_check_due, s.publication_precision, s.version, s.area_id, s.point, s.area_m2, s.source_id,
           mapsvc_current(s.status_from, s.status_codes) AS status, mapsvc_current(s.status_from, s.band_codes) AS band,
           s.status_from[greatest(1, width_bucket(mapsvc_today(), s.status_from))] AS status_since,
           w.since AS waiting_since, soon.opens_on AS call_opens_on, unsure.space_id IS NOT NULL AS unsure,
           -- Before a call opens somebody is to have looked (freshness 4.2), however fresh the status still is.
           soon.opens_on - CAST(:before_call AS integer) <= mapsvc_today()
           AND coalesce(s.last_confirmed_on < soon.opens_on - CAST(:before_call AS integer), true) AS call_near
    FROM spaces s LEFT JOIN waiting w ON w.space_id = s.id LEFT JOIN soon ON soon.space_id = s.id
    LEFT JOIN unsure ON unsure.space_id = s.id
    WHERE s.record_state IN ('submitted', 'published')
      AND (:everywhere OR s.area_id IN (SELECT id FROM scope))
), kinds AS (
    SELECT t.*, CASE
        WHEN t.record_state = 'submitted' THEN 'new'
        WHEN t.status = 'gone_pending' THEN 'gone'
        WHEN t.status = 'disputed' THEN 'disputed'
        WHEN t.waiting_since IS NOT NULL THEN 'texts'
        -- Registers of other cities are shown, but nobody here goes and looks.
        WHEN t.area_id IS NOT NULL AND (t.band = 'stale' OR t.next_check_due <= mapsvc_today() OR t.unsure OR t.call_near)
            THEN 'check'
    END AS kind
    FROM today t
), ranked AS (
    SELECT k.*, count(*) OVER (PARTITION BY k.kind) AS of_kind,
           row_number() OVER (PARTITION BY k.kind ORDER BY k.call_opens_on NULLS LAST,
               CASE k.kind WHEN 'new' THEN k.created_at WHEN 'texts' THEN k.waiting_since
                    WHEN 'check' THEN k.last_confirmed_on ELSE k.status_since END NULLS LAST, k.id) AS place
    FROM kinds k WHERE k.kind IS NOT NULL
)
SELECT r.*, ST_X(r.point) AS lon, ST_Y(r.point) AS lat, a.name AS area_name, src.demonstration,
       (SELECT count(*) FROM photos f WHERE f.space_id = r.id) AS photo_count
FROM ranked r JOIN sources src ON src.id = r.source_id LEFT JOIN areas a ON a.id = r.area_id
WHERE r.place <= :limit OR r.slug = :slug

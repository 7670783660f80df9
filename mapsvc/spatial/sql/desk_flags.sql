-- Open flags about records of the scope, with what the record is called and how it stands now; the oldest first.
WITH RECURSIVE scope AS (
    SELECT id FROM areas WHERE id = ANY (CAST(:areas AS uuid[]))
    UNION
    SELECT a.id FROM areas a JOIN scope p ON a.parent_id = p.id
)
SELECT f.id, f.noun, f.record_id, f.kind, f.note, f.created_at, f.hid_from, f.user_id IS NOT NULL AS named,
       coalesce(s.name, i.name, c.title, m.title) AS name, coalesce(s.slug, i.slug, c.slug, m.slug) AS slug,
       coalesce(p.state, s.record_state, i.record_state, c.record_state, m.state) AS state, p.version AS photo_version,
       a.name AS area_name, coalesce(src.demonstration, false) AS demonstration,
       mapsvc_current(s.status_from, s.status_codes) AS status, mapsvc_current(s.status_from, s.band_codes) AS band
FROM flags f
LEFT JOIN photos p ON f.noun = 'photo' AND p.id = f.record_id
LEFT JOIN spaces s ON s.id = CASE f.noun WHEN 'space' THEN f.record_id WHEN 'photo' THEN p.space_id END
LEFT JOIN initiatives i ON f.noun = 'initiative' AND i.id = f.record_id
LEFT JOIN pacts c ON f.noun = 'pact' AND c.id = f.record_id
LEFT JOIN curated_maps m ON f.noun = 'map' AND m.id = f.record_id
LEFT JOIN sources src ON src.id = coalesce(s.source_id, i.source_id, c.source_id)
LEFT JOIN areas a ON a.id = coalesce(s.area_id, f.area_id)
WHERE f.state = 'open' AND (:everywhere OR coalesce(s.area_id, f.area_id) IN (SELECT id FROM scope))
ORDER BY f.created_at, f.id LIMIT :limit

-- Appeals in the scope, the oldest first, with the decision, its place, and the text or photo it was about.
WITH RECURSIVE scope AS (
    SELECT id FROM areas WHERE id = ANY (CAST(:areas AS uuid[]))
    UNION
    SELECT a.id FROM areas a JOIN scope p ON a.parent_id = p.id
)
SELECT p.id, p.text, p.created_at, p.state, p.answer, p.decided_at, r.subject, r.verdict, r.reason, r.decided_by,
       r.decided_at AS ruled_at, u.name AS decider, o.note, f.id AS photo_id, f.version AS photo_version,
       s.slug, s.name, s.record_state, s.publication_precision, a.name AS area_name, src.demonstration,
       mapsvc_current(s.status_from, s.status_codes) AS status, mapsvc_current(s.status_from, s.band_codes) AS band
FROM appeals p JOIN rulings r ON r.id = p.ruling_id JOIN spaces s ON s.id = p.space_id
JOIN sources src ON src.id = s.source_id LEFT JOIN areas a ON a.id = s.area_id LEFT JOIN users u ON u.id = r.decided_by
LEFT JOIN observations o ON r.subject = 'note' AND o.id = r.record_id
LEFT JOIN photos f ON r.subject = 'photo' AND f.id = r.record_id
WHERE (:everywhere OR s.area_id IN (SELECT id FROM scope))
  AND (CAST(:id AS uuid) IS NOT NULL AND p.id = CAST(:id AS uuid) OR CAST(:id AS uuid) IS NULL AND p.state = 'open')
ORDER BY p.created_at, p.id

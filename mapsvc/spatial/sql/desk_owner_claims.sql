-- Claims of owners in the scope that wait: for a decision, or for two people to show an exact place again; the oldest first.
-- With an id, that claim alone, waiting or not.
WITH RECURSIVE scope AS (
    SELECT id FROM areas WHERE id = ANY (CAST(:areas AS uuid[]))
    UNION
    SELECT a.id FROM areas a JOIN scope p ON a.parent_id = p.id
)
SELECT c.id, c.wish, c.state, c.public_note, c.proof_text, c.proof_file, c.created_at, c.decided_at, c.reason,
       c.unhide_asked_by, c.unhide_agreed_by, c.unhide_refused_by, c.contact_id IS NOT NULL AS has_contact,
       c.user_id IS NOT NULL AS named, s.slug, s.name, s.street, s.number, s.publication_precision AS precision_code,
       s.record_state, s.owner_objection, a.name AS area_name, src.demonstration,
       mapsvc_current(s.status_from, s.status_codes) AS status, mapsvc_current(s.status_from, s.band_codes) AS band,
       (SELECT count(*) FROM owner_claims o WHERE o.space_id = s.id AND o.id <> c.id) AS others,
       (SELECT count(*) FROM owner_claims o WHERE o.space_id = s.id AND o.id <> c.id AND o.wish = 'object'
                                              AND o.state IN ('received', 'verified')) AS standing
FROM owner_claims c JOIN spaces s ON s.id = c.space_id JOIN sources src ON src.id = s.source_id
LEFT JOIN areas a ON a.id = s.area_id
WHERE (:everywhere OR s.area_id IN (SELECT id FROM scope))
  AND CASE WHEN CAST(:id AS uuid) IS NOT NULL THEN c.id = CAST(:id AS uuid)
           ELSE c.state = 'received' OR (c.wish = 'object' AND c.state IN ('refused', 'withdrawn') AND s.owner_objection
                AND c.unhide_agreed_by IS NULL AND c.unhide_refused_by IS NULL) END
ORDER BY c.created_at, c.id LIMIT :limit

-- Pairs of waiting and public records that may be one place: those that changed last, each with its nearest neighbours
-- within radius_m metres and with records that share a key of another register. For the desk only.
WITH RECURSIVE scope AS (
    SELECT id FROM areas WHERE id = ANY (CAST(:areas AS uuid[]))
    UNION
    SELECT a.id FROM areas a JOIN scope p ON a.parent_id = p.id
), chosen AS (
    SELECT id FROM areas WHERE slug = :area
    UNION
    SELECT a.id FROM areas a JOIN chosen p ON a.parent_id = p.id
), recent AS (
    SELECT s.id, s.point, s.external_ids FROM spaces s
    WHERE s.record_state IN ('submitted', 'published')
      -- Registers of other cities are shown, but nobody here goes and compares.
      AND (s.area_id IS NOT NULL OR NOT EXISTS (SELECT FROM areas))
      AND (:everywhere OR s.area_id IN (SELECT id FROM scope))
      AND (:area = '' OR s.area_id IN (SELECT id FROM chosen))
    ORDER BY s.updated_at DESC, s.id DESC
    LIMIT :window OFFSET :offset
), pairs AS (
    SELECT r.id AS one_id, n.id AS other_id, n.distance_m
    FROM recent r CROSS JOIN LATERAL (
        SELECT o.id, ST_Distance(o.point::geography, r.point::geography) AS distance_m FROM spaces o
        WHERE ST_DWithin(o.point::geography, r.point::geography, :radius_m) AND o.id <> r.id
          AND o.record_state IN ('submitted', 'published')
        ORDER BY o.point::geography <-> r.point::geography, o.id
        LIMIT :neighbours
    ) n
    UNION
    SELECT r.id, o.id, ST_Distance(o.point::geography, r.point::geography)
    FROM recent r CROSS JOIN LATERAL jsonb_each_text(r.external_ids) AS k (scheme, value)
    JOIN spaces o ON o.external_ids @> jsonb_build_object(k.scheme, k.value) AND o.external_ids <> '{}' AND o.id <> r.id
    WHERE r.external_ids <> '{}' AND k.scheme = ANY (CAST(:schemes AS text[]))
      AND o.record_state IN ('submitted', 'published')
)
SELECT least(p.one_id, p.other_id) AS one_id, greatest(p.one_id, p.other_id) AS other_id, min(p.distance_m) AS distance_m,
       (SELECT count(*) FROM recent) AS looked_at
FROM pairs p JOIN spaces o ON o.id = p.other_id
WHERE (:everywhere OR o.area_id IN (SELECT id FROM scope))
  AND NOT EXISTS (
    SELECT FROM different_places d
    WHERE d.first_id = least(p.one_id, p.other_id) AND d.second_id = greatest(p.one_id, p.other_id))
  AND NOT EXISTS (
    SELECT FROM merges m
    WHERE m.state = 'proposed' AND p.one_id IN (m.loser_id, m.survivor_id) AND p.other_id IN (m.loser_id, m.survivor_id))
GROUP BY 1, 2

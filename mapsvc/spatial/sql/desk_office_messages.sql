-- Open messages to the office in the scope, the oldest first; with an id, that message alone, open or closed.
WITH RECURSIVE scope AS (
    SELECT id FROM areas WHERE id = ANY (CAST(:areas AS uuid[]))
    UNION
    SELECT a.id FROM areas a JOIN scope p ON a.parent_id = p.id
)
SELECT m.id, m.kind, m.note, m.created_at, m.state, ST_X(m.point) AS lon, ST_Y(m.point) AS lat, a.name AS area_name,
       s.slug, s.name
FROM office_messages m LEFT JOIN areas a ON a.id = m.area_id LEFT JOIN spaces s ON s.id = m.space_id
WHERE (:everywhere OR m.area_id IN (SELECT id FROM scope))
  AND CASE WHEN CAST(:id AS uuid) IS NOT NULL THEN m.id = CAST(:id AS uuid) ELSE m.state = 'open' END
ORDER BY m.created_at, m.id LIMIT :limit

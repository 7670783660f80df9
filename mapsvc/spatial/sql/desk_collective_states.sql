-- spatial/sql/desk_collective_states.sql
-- How many collectives of the account's areas are in each state, for the words that are looked for.
WITH RECURSIVE near AS (
    SELECT c.id AS collective_id, a.id, a.parent_id
    FROM collectives c JOIN areas a ON ST_Covers(a.geom, c.anchor) OR jsonb_exists(c.needs -> 'districts_ok', a.slug)
    UNION
    SELECT n.collective_id, p.id, p.parent_id FROM near n JOIN areas p ON p.id = n.parent_id
)
SELECT c.state, count(*) AS total
FROM collectives c
WHERE (:everywhere OR NOT EXISTS (SELECT FROM near n WHERE n.collective_id = c.id)
       OR EXISTS (SELECT FROM near n WHERE n.collective_id = c.id AND n.id = ANY (CAST(:areas AS uuid[]))))
  AND (:words = '' OR mapsvc_fold(:words) <% c.search_text)
GROUP BY c.state

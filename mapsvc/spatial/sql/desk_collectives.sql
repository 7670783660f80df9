-- spatial/sql/desk_collectives.sql
-- Collectives of the account's areas with their numbers; those that wait for a look come first.
WITH RECURSIVE near AS (
    SELECT c.id AS collective_id, a.id, a.parent_id
    FROM collectives c JOIN areas a ON ST_Covers(a.geom, c.anchor) OR jsonb_exists(c.needs -> 'districts_ok', a.slug)
    UNION
    SELECT n.collective_id, p.id, p.parent_id FROM near n JOIN areas p ON p.id = n.parent_id
)
SELECT c.id, c.slug, c.name, c.form, c.disciplines, c.members_count, c.state, c.trust, c.created_at,
       coalesce(c.heard_at, c.updated_at) AS heard_at, c.noticed_at, src.demonstration,
       (SELECT count(*) FROM role_grants g WHERE g.collective_id = c.id) AS accounts,
       (SELECT count(*) FROM applications a WHERE a.collective_id = c.id AND a.state NOT IN ('draft', 'withdrawn'))
           AS applications
FROM collectives c JOIN sources src ON src.id = c.source_id
WHERE (:everywhere OR NOT EXISTS (SELECT FROM near n WHERE n.collective_id = c.id)
       OR EXISTS (SELECT FROM near n WHERE n.collective_id = c.id AND n.id = ANY (CAST(:areas AS uuid[]))))
  AND (:state = '' OR c.state = :state)
  AND (:words = '' OR mapsvc_fold(:words) <% c.search_text)
ORDER BY CASE WHEN :words = '' THEN 0 ELSE -word_similarity(mapsvc_fold(:words), c.search_text) END,
         array_position(ARRAY['active', 'suspended', 'verified', 'draft', 'dissolved'], c.state), c.created_at DESC, c.id
LIMIT :limit OFFSET :offset

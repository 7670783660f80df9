-- Entries of the history in the scope of an account, the newest first; conditions and page come from desk_history.
WITH RECURSIVE scope AS (
    SELECT id FROM areas WHERE id = ANY (CAST(:areas AS uuid[]))
    UNION
    SELECT a.id FROM areas a JOIN scope p ON a.parent_id = p.id
)
SELECT l.id, l.at, l.actor_user_id, u.name AS actor_name, l.actor_kind, l.action, l.noun, l.record_id, l.before, l.after,
       l.reason, EXISTS (SELECT FROM audit_seals z WHERE z.entry_id = l.id) AS sealed
FROM audit_log l LEFT JOIN users u ON u.id = l.actor_user_id
WHERE (:everywhere OR CASE l.noun
        WHEN 'space' THEN l.record_id IN (SELECT s.id::text FROM spaces s WHERE s.area_id IN (SELECT id FROM scope))
        WHEN 'area' THEN l.record_id IN (SELECT id::text FROM scope)
        WHEN 'group' THEN l.record_id IN (SELECT g.id::text FROM groups g WHERE g.area_id IN (SELECT id FROM scope))
        WHEN 'map' THEN l.record_id IN (SELECT m.id::text FROM curated_maps m JOIN groups g ON g.id = m.group_id
                                        WHERE g.area_id IN (SELECT id FROM scope))
        WHEN 'photo' THEN l.record_id IN (SELECT f.id::text FROM photos f JOIN spaces s ON s.id = f.space_id
                                          WHERE s.area_id IN (SELECT id FROM scope))
        WHEN 'observation' THEN l.record_id IN (SELECT o.id::text FROM observations o JOIN spaces s ON s.id = o.space_id
                                                WHERE s.area_id IN (SELECT id FROM scope))
        ELSE false END)
    {conditions}
ORDER BY l.at DESC, l.id DESC
LIMIT :limit OFFSET :offset

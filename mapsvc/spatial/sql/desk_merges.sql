-- Merges whose two records both lie in the scope: those that wait, then those done lately that can still be taken back.
-- With `of_space` those of one record, with `merge_id` one whatever its state. For the desk only.
WITH RECURSIVE scope AS (
    SELECT id FROM areas WHERE id = ANY (CAST(:areas AS uuid[]))
    UNION
    SELECT a.id FROM areas a JOIN scope p ON a.parent_id = p.id
)
SELECT m.id, m.state, m.choices, m.memory, m.swap_reason, m.asked_by, m.asked_at, m.agreed_by, m.done_at, m.undone_at,
       who.name AS asked_by_name, agreed.name AS agreed_by_name, undone.name AS undone_by_name,
       w.slug AS survivor_slug, w.name AS survivor_name, w.version AS survivor_version, w.record_state AS survivor_state,
       l.slug AS loser_slug, l.name AS loser_name, l.version AS loser_version, m.survivor_id, m.loser_id,
       mapsvc_current(w.status_from, w.status_codes) AS status, mapsvc_current(w.status_from, w.band_codes) AS band,
       a.name AS area_name, src.demonstration
FROM merges m JOIN spaces w ON w.id = m.survivor_id JOIN spaces l ON l.id = m.loser_id
JOIN sources src ON src.id = w.source_id
LEFT JOIN areas a ON a.id = w.area_id LEFT JOIN users who ON who.id = m.asked_by
LEFT JOIN users agreed ON agreed.id = m.agreed_by LEFT JOIN users undone ON undone.id = m.undone_by
WHERE (:everywhere OR (w.area_id IN (SELECT id FROM scope) AND l.area_id IN (SELECT id FROM scope)))
  AND (CAST(:merge_id AS uuid) IS NULL OR m.id = CAST(:merge_id AS uuid))
  AND (CAST(:of_space AS uuid) IS NULL OR CAST(:of_space AS uuid) IN (m.survivor_id, m.loser_id))
  AND (CAST(:merge_id AS uuid) IS NOT NULL OR m.state = 'proposed'
       OR (m.state = 'done' AND m.done_at::date >= mapsvc_today() - CAST(:undo_days AS integer)))
ORDER BY m.state = 'proposed' DESC, coalesce(m.done_at, m.asked_at) DESC, m.id
LIMIT :limit

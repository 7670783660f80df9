-- Answers that the rules of moderation hold, at places of the scope; the places that wait for an officer's visit because
-- their evidence is frozen, and those that were published by themselves and picked for a look. The oldest first.
WITH RECURSIVE scope AS (
    SELECT id FROM areas WHERE id = ANY (CAST(:areas AS uuid[]))
    UNION
    SELECT a.id FROM areas a JOIN scope p ON a.parent_id = p.id
), places AS (
    SELECT s.id, s.slug, s.name, s.record_state, s.version, s.frozen_at, s.created_at, s.hold_rules, s.source_id,
           a.name AS area_name, mapsvc_current(s.status_from, s.status_codes) AS status,
           mapsvc_current(s.status_from, s.band_codes) AS band
    FROM spaces s LEFT JOIN areas a ON a.id = s.area_id
    WHERE (:everywhere OR s.area_id IN (SELECT id FROM scope)) AND s.record_state IN ('submitted', 'published', 'hidden')
), waiting AS (
    SELECT 'held' AS kind, p.id AS space_id, o.id AS observation_id, o.claim, o.source_kind, o.quality, o.observed_at,
           o.submitted_at AS since, o.hold_rules AS rules, o.note,
           CASE WHEN 'M8' = ANY (o.hold_rules) THEN o.cluster_key END AS cluster
    FROM observations o JOIN places p ON p.id = o.space_id WHERE o.state = 'held'
    UNION ALL
    SELECT 'visit', id, NULL, NULL, NULL, NULL, NULL, frozen_at, NULL, NULL, NULL
    FROM places WHERE frozen_at IS NOT NULL AND record_state = 'published'
    UNION ALL
    SELECT 'sample', id, NULL, NULL, NULL, NULL, NULL, created_at, hold_rules, NULL, NULL
    FROM places WHERE 'M6' = ANY (hold_rules) AND record_state = 'published'
)
SELECT w.*, p.frozen_at IS NOT NULL AS frozen, p.slug, p.name, p.area_name, p.status, p.band, p.version, src.demonstration
FROM waiting w JOIN places p ON p.id = w.space_id JOIN sources src ON src.id = p.source_id
ORDER BY w.since, w.space_id, w.observation_id LIMIT :limit

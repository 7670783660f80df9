-- Who did what to a record, the newest first.
SELECT l.at, l.actor_kind, u.name AS actor_name, l.action, l.before, l.after, l.reason
FROM audit_log l LEFT JOIN users u ON u.id = l.actor_user_id
WHERE l.noun = :noun AND l.record_id = :id
ORDER BY l.id DESC LIMIT :limit

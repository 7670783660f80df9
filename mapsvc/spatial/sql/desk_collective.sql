-- spatial/sql/desk_collective.sql
-- Who speaks for one collective in numbers, its districts by name, and the calls in which it stands with a code.
SELECT (SELECT count(*) FROM role_grants g JOIN users u ON u.id = g.user_id
        WHERE g.collective_id = c.id AND u.active AND u.erased_at IS NULL) AS accounts,
       EXISTS (SELECT FROM applications a WHERE a.collective_id = c.id AND a.contact_id IS NOT NULL) AS address,
       (SELECT array_agg(a.name ORDER BY a.name) FROM areas a WHERE jsonb_exists(c.needs -> 'districts_ok', a.slug)) AS districts,
       (SELECT a.name FROM areas a WHERE ST_Covers(a.geom, c.anchor) ORDER BY a.level_rank DESC, a.id LIMIT 1) AS near,
       (SELECT jsonb_agg(jsonb_build_object('code', k.code, 'title', k.title, 'state', a.state) ORDER BY a.created_at DESC)
        FROM applications a JOIN calls k ON k.id = a.call_id
        WHERE a.collective_id = c.id AND a.state NOT IN ('draft', 'withdrawn')) AS calls,
       coalesce(c.heard_at, c.updated_at) AS heard_at
FROM collectives c
WHERE c.id = :id

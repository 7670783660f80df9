-- spatial/sql/space_lot.sql
-- The newest public call that a space is a lot of.
SELECT l.number, l.starts_on, l.ends_on, c.code, c.title, c.state, c.opens_on, c.closes_on
FROM public_lots l JOIN public_calls c ON c.id = l.call_id
WHERE l.space_id = :space_id
ORDER BY c.opens_on DESC NULLS LAST LIMIT 1

-- spatial/sql/collective_endorsements.sql
-- What organisations say for a public collective, the latest first.
SELECT e.organisation, e.text, e.created_at
FROM public_collective_endorsements e
WHERE e.collective_id = :id
ORDER BY e.created_at DESC, e.id DESC

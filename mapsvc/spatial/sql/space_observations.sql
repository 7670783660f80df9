-- spatial/sql/space_observations.sql
-- What counts as evidence of a space. Reporter, cluster key and reliability are for the weighing only; the first two leave
-- this module as digits, the third is never shown.
SELECT o.id, o.claim, o.source_kind, o.quality, o.observed_at, o.submitted_at, o.reporter, o.cluster_key,
       o.reliability, o.note
FROM public_observations o WHERE o.space_id = :space_id
ORDER BY o.observed_at, o.submitted_at, o.id

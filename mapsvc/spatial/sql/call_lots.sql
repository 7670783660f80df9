-- spatial/sql/call_lots.sql
-- The lots of a public call, each with the public page of its space.
SELECT l.number, l.starts_on, l.ends_on, l.unit, l.capacity, l.reserve, l.withdrawn_reason,
       'space' AS kind, s.id, s.slug, s.name, s.street, s.publication_precision AS precision_code,
       s.status, s.band, s.asset_kind AS category, s.area_m2, s.area_name, s.city_name, s.last_confirmed_on,
       s.last_source_kind, s.owner_type, s.demonstration, s.features, ST_X(s.point) AS lon, ST_Y(s.point) AS lat
FROM public_lots l JOIN public_space_pages s ON s.id = l.space_id
WHERE l.call_id = :call_id
ORDER BY l.number

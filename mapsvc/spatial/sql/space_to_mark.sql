-- One public space, as the marking flow names it and as a unit beside it takes its address from.
-- Usage: spatial/addresses.py, space_to_mark.
SELECT s.id, s.slug, s.name, s.street, s.number, s.floor, s.asset_kind AS category, s.area_name, s.status, s.band,
       s.publication_precision AS precision_code, ST_X(s.point) AS lon, ST_Y(s.point) AS lat
FROM public_spaces s WHERE s.slug = :slug

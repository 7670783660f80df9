-- Public spaces around a point, the nearest first. A coarse record is found by its published cell or street (radius plus
-- half the cell's diagonal, or 150 m along the street) and answers without a distance, so that nobody can measure their way to it.
WITH here AS (SELECT ST_SetSRID(ST_MakePoint(:lon, :lat), 4326)::geography AS g,
                     ST_Transform(ST_Expand(ST_SetSRID(ST_MakePoint(:lon, :lat), 4326), 0.003), 3857) AS box)
SELECT s.id, s.slug, s.name, s.street, s.floor, s.asset_kind AS category, s.area_name, s.status, s.band, s.last_confirmed_on,
       s.last_source_kind, s.publication_precision AS precision_code, s.demonstration,
       CASE WHEN s.publication_precision = 'exact' THEN ST_Distance(s.point::geography, here.g) END AS distance_m,
       (SELECT f.id || '-small.jpg?v=' || f.version FROM public_photos f WHERE f.space_id = s.id
        ORDER BY f.created_at DESC LIMIT 1) AS photo
FROM public_spaces s, here
WHERE s.point_3857 && here.box
  AND ST_DWithin(s.point::geography, here.g,
                 :radius_m + CASE WHEN s.publication_precision = 'exact' THEN 0
                      WHEN s.publication_precision = 'street' THEN 150 ELSE 71 END)
ORDER BY s.point::geography <-> here.g, s.id
LIMIT :limit

-- spatial/sql/close_by.sql
-- Public records around a public point, the nearest first. A distance is given from exact places to exact places only.
WITH here AS (SELECT ST_Transform(ST_SetSRID(ST_MakePoint(:lon, :lat), 4326), 3857) AS g)
SELECT p.kind, p.id, p.slug, p.name, p.precision_code, p.status, p.band, p.category, p.area_m2, p.area_name, p.city_name, p.street,
       p.last_confirmed_on, p.last_source_kind, p.owner_type, p.demonstration,
       ST_X(ST_Transform(p.point_3857, 4326)) AS lon, ST_Y(ST_Transform(p.point_3857, 4326)) AS lat,
       CASE WHEN :exact AND p.precision_code = 'exact'
            THEN ST_Distance(p.point_3857, here.g) * cos(radians(:lat)) END AS distance_m
FROM public_places p, here
WHERE p.point_3857 && ST_Expand(here.g, :radius_m / cos(radians(:lat))) AND p.id <> :id AND p.status <> 'gone_pending'
ORDER BY p.point_3857 <-> here.g, p.id
LIMIT :limit

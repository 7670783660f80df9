-- The street nearest to a point within reach_m metres, its distance, the smallest area that holds the point, and
-- whether the same numbers the other way round lie in an area.
-- Usage: spatial/addresses.py, place_at; indexes streets_geom and areas_geom.
WITH here AS (SELECT ST_SetSRID(ST_MakePoint(:lon, :lat), 4326) AS p,
                     ST_SetSRID(ST_MakePoint(:swapped_lon, :swapped_lat), 4326) AS swapped)
SELECT near.name AS street, near.metres,
       (SELECT a.name FROM public_areas a WHERE ST_Covers(a.geom, here.p) ORDER BY a.level_rank DESC, a.id LIMIT 1) AS area_name,
       EXISTS (SELECT FROM public_areas) AS has_areas,
       EXISTS (SELECT FROM public_areas a WHERE ST_Covers(a.geom, here.swapped)) AS swapped_inside
FROM here LEFT JOIN LATERAL (
    SELECT s.name, ST_Distance(s.geom::geography, here.p::geography) AS metres
    FROM public_streets s WHERE s.geom && ST_Expand(here.p, 0.002)
    ORDER BY s.geom <-> here.p LIMIT 1
) near ON near.metres <= :reach_m

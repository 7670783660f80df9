-- Streets whose name resembles q, typing errors forgiven, the best first. The point is the one nearest to where the
-- visitor looks when that is close to the street, else the one nearest to the street's middle.
-- Usage: spatial/addresses.py, streets_named; index streets_search.
WITH q AS (SELECT mapsvc_fold(:q) AS f, ST_SetSRID(ST_MakePoint(:lon, :lat), 4326) AS here)
SELECT s.id, s.name, a.name AS area_name, ST_X(on_street.point) AS lon, ST_Y(on_street.point) AS lat,
       (word_similarity(q.f, s.search_text) + similarity(q.f, s.search_text)) / 2 AS score
FROM q CROSS JOIN public_streets s LEFT JOIN public_areas a ON a.id = s.area_id
     CROSS JOIN LATERAL (SELECT ST_ClosestPoint(s.geom, CASE WHEN ST_DWithin(s.geom, q.here, :close_degrees) THEN q.here
                                                             ELSE ST_Centroid(s.geom) END) AS point) on_street
WHERE q.f <% s.search_text OR q.f % s.search_text
ORDER BY score DESC, ST_Distance(s.geom, q.here), s.id
LIMIT :limit

-- How many public places a map's filters let through, and the box of EPSG:3857 that holds them (NULL for none).
-- Usage: the head of a group's map and its first view.
SELECT count(*) AS total, count(*) FILTER (WHERE p.precision_code <> 'exact') AS coarse,
       min(ST_X(p.point_3857)) AS west, min(ST_Y(p.point_3857)) AS south,
       max(ST_X(p.point_3857)) AS east, max(ST_Y(p.point_3857)) AS north
FROM public_places p
WHERE true {conditions}

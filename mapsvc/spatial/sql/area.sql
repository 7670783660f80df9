-- One area with its label point and bounds in degrees.
SELECT a.id, a.slug, a.name, a.level, a.parent_slug, a.parent_name, a.source_code,
       ST_X(a.label_point) AS lon, ST_Y(a.label_point) AS lat,
       ST_XMin(a.geom) AS west, ST_YMin(a.geom) AS south, ST_XMax(a.geom) AS east, ST_YMax(a.geom) AS north
FROM public_areas a WHERE a.slug = :slug

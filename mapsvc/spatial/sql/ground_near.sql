-- spatial/sql/ground_near.sql
-- Whether streets or footprints of premises lie around a point.
WITH box AS (SELECT ST_Expand(ST_Transform(ST_SetSRID(ST_MakePoint(:lon, :lat), 4326), 3857), :radius_m) AS box)
SELECT EXISTS (SELECT FROM public_streets s, box WHERE s.geom_3857 && box.box)
    OR EXISTS (SELECT FROM public_spaces s, box WHERE s.footprint && box.box)

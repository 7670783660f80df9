-- Named street lines of one tile as tile-local lines; narrow streets only where there is room for them.
WITH tile AS (SELECT ST_TileEnvelope(:z, :x, :y) AS box)
SELECT s.name, s.width,
       ST_AsText(ST_AsMVTGeom(ST_Simplify(s.geom_3857, :tolerance), tile.box, 4096, 64, true), 0) AS wkt
FROM public_streets s, tile
WHERE s.geom_3857 && tile.box AND s.width >= :width
  AND (:length = 0 OR ST_Length(s.geom_3857) >= :length)

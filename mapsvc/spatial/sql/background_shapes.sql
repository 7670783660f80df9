-- Footprints of exactly published premises in one tile.
WITH tile AS (SELECT ST_TileEnvelope(:z, :x, :y) AS box)
SELECT ST_AsText(ST_AsMVTGeom(s.footprint, tile.box, 4096, 64, true), 0) AS wkt
FROM public_spaces s, tile
WHERE s.footprint && tile.box
LIMIT 3000

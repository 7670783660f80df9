-- Boundaries of areas in one tile, and their names in the tile that holds the label.
WITH tile AS (SELECT ST_TileEnvelope(:z, :x, :y) AS box)
SELECT a.name, a.level,
       ST_AsText(ST_AsMVTGeom(ST_SimplifyPreserveTopology(a.geom_3857, :tolerance), tile.box, 4096, 64, true), 0) AS wkt,
       CASE WHEN ST_Transform(a.label_point, 3857) && tile.box
            THEN ST_AsText(ST_AsMVTGeom(ST_Transform(a.label_point, 3857), tile.box, 4096, 0, true), 0) END AS label
FROM public_areas a, tile
WHERE a.geom_3857 && tile.box AND a.level = ANY (:levels)

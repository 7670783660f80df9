-- The areas of one level in a larger area, with a simple outline in degrees and what each has: initiatives and pacts that
-- run, and vacant spaces, exact and coarse ones apart (domain/small_groups.py).
WITH wanted AS (
    SELECT id, slug, name, geom, geom_3857 FROM public_areas WHERE level = :level AND parent_slug IS NOT DISTINCT FROM :parent
), running AS (
    SELECT w.id, count(DISTINCT p.id) FILTER (WHERE p.kind = 'initiative') AS initiatives,
           count(DISTINCT p.id) FILTER (WHERE p.kind = 'pact') AS pacts
    FROM wanted w JOIN public_places p ON p.point_3857 && w.geom_3857 AND ST_Within(p.point_3857, w.geom_3857)
    WHERE (p.kind = 'initiative' AND p.status IN ('starting', 'active')) OR (p.kind = 'pact' AND p.status IN ('signed', 'active', 'renewal'))
    GROUP BY w.id
), vacant AS (
    SELECT s.area_id AS id, count(*) FILTER (WHERE s.publication_precision = 'exact') AS exact,
           count(*) FILTER (WHERE s.publication_precision <> 'exact') AS coarse
    FROM public_spaces s JOIN wanted w ON w.id = s.area_id
    WHERE s.status IN ('confirmed_vacant', 'probable_vacant') GROUP BY s.area_id
)
SELECT w.id, w.slug, w.name, ST_AsGeoJSON(ST_SimplifyPreserveTopology(w.geom, 0.0002), 5) AS outline,
       ST_XMin(w.geom) AS west, ST_YMin(w.geom) AS south, ST_XMax(w.geom) AS east, ST_YMax(w.geom) AS north,
       coalesce(r.initiatives, 0) AS initiatives, coalesce(r.pacts, 0) AS pacts,
       coalesce(v.exact, 0) AS exact, coalesce(v.coarse, 0) AS coarse
FROM wanted w LEFT JOIN running r ON r.id = w.id LEFT JOIN vacant v ON v.id = w.id
ORDER BY w.name

-- Public records by kind and state: spaces of the area and of each of its parts, exact and coarse ones apart, since a few
-- coarse ones count in a larger area only (domain/small_groups.py); a part without any has one row without a state. Spaces
-- count by the area they belong to, which spares a hundred thousand comparisons of points with a boundary; the others, few,
-- by their place.
WITH RECURSIVE inside AS (
    SELECT a.id, a.slug, a.parent_slug FROM public_areas a WHERE a.slug = :slug
    UNION SELECT a.id, a.slug, a.parent_slug FROM public_areas a JOIN inside i ON a.parent_slug = i.slug
)
SELECT 'space' AS kind, i.slug, i.parent_slug, s.status,
       count(s.id) FILTER (WHERE s.publication_precision = 'exact') AS exact,
       count(s.id) FILTER (WHERE s.publication_precision <> 'exact') AS coarse
FROM inside i LEFT JOIN public_spaces s ON s.area_id = i.id
GROUP BY i.slug, i.parent_slug, s.status
UNION ALL
SELECT p.kind, :slug, NULL, p.status, count(DISTINCT p.id), 0
FROM public_areas a JOIN public_places p ON p.point_3857 && a.geom_3857 AND ST_Within(p.point_3857, a.geom_3857)
WHERE a.slug = :slug AND p.kind <> 'space'
GROUP BY p.kind, p.status
ORDER BY 1, 2, 4

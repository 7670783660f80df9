-- spatial/sql/area_figures.sql
-- Public records of an area by kind and state. Spaces count by the area they belong to and everything below it, which spares
-- a hundred thousand comparisons of points with a boundary; the others, few, by their place.
WITH RECURSIVE inside AS (
    SELECT a.id, a.slug FROM public_areas a WHERE a.slug = :slug
    UNION SELECT a.id, a.slug FROM public_areas a JOIN inside i ON a.parent_slug = i.slug
)
SELECT 'space' AS kind, s.status, count(*) AS count FROM public_spaces s WHERE s.area_id IN (SELECT id FROM inside)
GROUP BY s.status
UNION ALL
SELECT p.kind, p.status, count(DISTINCT p.id)
FROM public_areas a JOIN public_places p ON p.point_3857 && a.geom_3857 AND ST_Within(p.point_3857, a.geom_3857)
WHERE a.slug = :slug AND p.kind <> 'space'
GROUP BY p.kind, p.status
ORDER BY 1, 3 DESC

-- Public records of an area by kind and state.
SELECT p.kind, p.status, count(DISTINCT p.id) AS count
FROM public_areas a JOIN public_places p ON p.point_3857 && a.geom_3857 AND ST_Within(p.point_3857, a.geom_3857)
WHERE a.slug = :slug
GROUP BY p.kind, p.status ORDER BY p.kind, count(DISTINCT p.id) DESC

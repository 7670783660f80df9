-- spatial/sql/areas_figures.sql
-- How many public records each area holds itself, by kind; those of its parts are added up by the caller.
SELECT a.slug, 'space' AS kind, count(*) AS count, count(*) FILTER (WHERE s.status = 'confirmed_vacant') AS confirmed
FROM public_spaces s JOIN public_areas a ON a.id = s.area_id GROUP BY a.slug
UNION ALL
SELECT (SELECT a.slug FROM public_areas a WHERE ST_Covers(a.geom_3857, p.point_3857)
        ORDER BY a.level_rank DESC, a.id LIMIT 1), p.kind, count(DISTINCT p.id), 0
FROM public_places p WHERE p.kind <> 'space'
GROUP BY 1, 2

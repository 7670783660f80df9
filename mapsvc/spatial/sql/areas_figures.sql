-- How many public records each area holds itself, by kind and for spaces by state, exact and coarse ones apart; those of its
-- parts are added up by the caller (domain/small_groups.py).
SELECT a.slug, 'space' AS kind, s.status, count(*) FILTER (WHERE s.publication_precision = 'exact') AS exact,
       count(*) FILTER (WHERE s.publication_precision <> 'exact') AS coarse
FROM public_spaces s JOIN public_areas a ON a.id = s.area_id GROUP BY a.slug, s.status
UNION ALL
SELECT (SELECT a.slug FROM public_areas a WHERE ST_Covers(a.geom_3857, p.point_3857)
        ORDER BY a.level_rank DESC, a.id LIMIT 1), p.kind, NULL, count(DISTINCT p.id), 0
FROM public_places p WHERE p.kind <> 'space'
GROUP BY 1, 2

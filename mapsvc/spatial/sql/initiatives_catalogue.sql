-- spatial/sql/initiatives_catalogue.sql
-- Public initiatives, one row each with its first place: those whose name resembles the words best, then what was confirmed last, then by name
-- (names that begin with a letter first).
SELECT 'initiative' AS kind, i.id, i.slug, i.name, 'exact' AS precision_code, i.state AS status, i.band, i.kind AS category,
       NULL AS area_m2, NULL AS area_name, first.city_name, i.last_confirmed_on, NULL AS last_source_kind,
       NULL AS owner_type, i.demonstration, i.themes, i.starts, i.ends,
       coalesce(ST_X(first.point), 0) AS lon, coalesce(ST_Y(first.point), 0) AS lat, first.places
FROM public_initiatives i
LEFT JOIN LATERAL (SELECT (array_agg(p.city_name ORDER BY p.starts NULLS FIRST, p.id)
                           FILTER (WHERE p.city_name IS NOT NULL))[1] AS city_name,
                          (array_agg(p.point ORDER BY p.starts NULLS FIRST, p.id)
                           FILTER (WHERE p.point IS NOT NULL))[1] AS point, count(*) AS places
                   FROM public_initiative_places p WHERE p.initiative_id = i.id) first ON true
WHERE true {conditions}
ORDER BY CASE WHEN :words = '' THEN 0 ELSE -word_similarity(mapsvc_fold(:words), i.search_text) END,
         i.last_confirmed_on DESC NULLS LAST, i.search_text !~ '^[[:alpha:]]', i.search_text, i.id
LIMIT :limit OFFSET :offset

-- Streets, areas and public records by name, typing errors forgiven, the best and the nearest first. The query stands
-- in each condition as a value, not in a common table, since only then the trigram indexes are used.
SELECT * FROM (
    (SELECT 'street' AS type, s.name, a.name AS context, NULL AS slug,
            ST_X(ST_ClosestPoint(s.geom, ST_Centroid(s.geom))) AS lon, ST_Y(ST_ClosestPoint(s.geom, ST_Centroid(s.geom))) AS lat,
            ARRAY[ST_XMin(s.geom), ST_YMin(s.geom), ST_XMax(s.geom), ST_YMax(s.geom)] AS bounds,
            word_similarity(mapsvc_fold(:q), s.search_text) AS rank,
            ST_Distance(s.geom, ST_SetSRID(ST_MakePoint(:lon, :lat), 4326)) AS far,
            NULL AS status, NULL AS band
     FROM public_streets s LEFT JOIN public_areas a ON a.id = s.area_id
     WHERE mapsvc_fold(:q) <% s.search_text ORDER BY rank DESC, far LIMIT 8)
    UNION ALL
    (SELECT 'area', a.name, a.parent_name, a.slug, ST_X(a.label_point), ST_Y(a.label_point),
            ARRAY[ST_XMin(a.geom), ST_YMin(a.geom), ST_XMax(a.geom), ST_YMax(a.geom)],
            word_similarity(mapsvc_fold(:q), mapsvc_fold(a.name)) + 0.05,
            ST_Distance(a.label_point, ST_SetSRID(ST_MakePoint(:lon, :lat), 4326)), NULL, NULL
     FROM public_areas a WHERE mapsvc_fold(:q) <% mapsvc_fold(a.name) ORDER BY 8 DESC, 9 LIMIT 4)
    UNION ALL
    (SELECT p.kind, p.name, coalesce(p.area_name, p.city_name), p.slug,
            ST_X(ST_Transform(p.point_3857, 4326)), ST_Y(ST_Transform(p.point_3857, 4326)), NULL,
            word_similarity(mapsvc_fold(:q), p.search_text),
            ST_Distance(ST_Transform(p.point_3857, 4326), ST_SetSRID(ST_MakePoint(:lon, :lat), 4326)), p.status, p.band
     FROM public_places p
     WHERE mapsvc_fold(:q) <% p.search_text AND p.name IS NOT NULL ORDER BY 8 DESC, 9 LIMIT 8)
) found
ORDER BY rank DESC, far LIMIT 12

-- Public spaces of one street with an exact address, those with the nearest civic number first, as in nearby.sql.
-- Usage: spatial/addresses.py, spaces_at; the box of the street goes through the index spaces_published_3857.
SELECT s.id, s.slug, s.name, s.street, s.floor, s.asset_kind AS category, s.area_name, s.status, s.band, s.last_confirmed_on,
       s.last_source_kind, s.publication_precision AS precision_code, s.demonstration, NULL::double precision AS distance_m,
       (SELECT f.id || '-small.jpg?v=' || f.version FROM public_photos f WHERE f.space_id = s.id
        ORDER BY f.created_at DESC LIMIT 1) AS photo
FROM public_streets t JOIN public_spaces s ON s.point_3857 && ST_Expand(t.geom_3857, 100)
     CROSS JOIN LATERAL (SELECT abs(substring(s.number FROM '^\d{1,6}')::integer - CAST(:number AS integer)) AS away) n
-- Registers shorten names: every word of theirs must stand in the name of the gazetteer.
WHERE t.name = :street AND string_to_array(mapsvc_fold(s.street), ' ') <@ string_to_array(t.search_text, ' ')
  AND (CAST(:number AS integer) IS NULL OR n.away <= :reach)
ORDER BY n.away NULLS LAST, s.number, s.id
LIMIT :limit

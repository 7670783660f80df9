-- spatial/sql/spaces_catalogue.sql
-- Public spaces by the filters of the map: those whose name resembles the words best, then the newest confirmation.
SELECT p.kind, p.id, p.slug, p.name, p.precision_code, p.status, p.band, p.category, p.area_m2, p.area_name, p.city_name, p.street,
       p.last_confirmed_on, p.last_source_kind, p.owner_type, p.demonstration,
       ST_X(ST_Transform(p.point_3857, 4326)) AS lon, ST_Y(ST_Transform(p.point_3857, 4326)) AS lat
-- The rows that public_places has for spaces, without the union through which no index gives the order.
FROM (SELECT 'space' AS kind, s.id, s.slug, s.name, s.point_3857, s.publication_precision AS precision_code, s.status, s.band,
             s.asset_kind AS category, s.area_m2, s.area_slug, s.area_name, s.last_confirmed_on, s.last_source_kind, s.owner_type,
             s.search_text, s.demonstration, s.city_name, CASE s.publication_precision WHEN 'street' THEN s.street END AS street
      FROM public_spaces s) p
WHERE true {conditions}
ORDER BY CASE WHEN :words = '' THEN 0 ELSE -word_similarity(mapsvc_fold(:words), coalesce(p.search_text, '')) END,
         p.last_confirmed_on DESC NULLS LAST, p.id
LIMIT :limit OFFSET :offset

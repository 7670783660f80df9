-- spatial/sql/pacts_catalogue.sql
-- Public pacts: those whose title resembles the words best, then by title.
SELECT 'pact' AS kind, c.id, c.slug, c.title AS name, 'exact' AS precision_code, c.state AS status, c.band,
       c.kind AS category, NULL AS area_m2, NULL AS area_name, c.city_name, c.state_as_of AS last_confirmed_on,
       NULL AS last_source_kind, NULL AS owner_type, c.demonstration, c.fields_of_action, c.place_text, c.district_text,
       coalesce(ST_X(c.point), 0) AS lon, coalesce(ST_Y(c.point), 0) AS lat
FROM public_pacts c
WHERE true {conditions}
ORDER BY CASE WHEN :words = '' THEN 0 ELSE -word_similarity(mapsvc_fold(:words), c.search_text) END, c.search_text, c.id
LIMIT :limit OFFSET :offset

-- spatial/sql/pact.sql
-- One public pact or proposal with its source; a representative who is a person is not in the view.
SELECT 'pact' AS kind, p.id, p.slug, p.title AS name, p.summary, p.original_lang, p.kind AS category, p.state AS status,
       p.fields_of_action, p.proposer, p.representative, p.place_text, p.district_text, p.neighbourhood_text,
       p.city_name, p.note, p.document_url, ST_X(p.point) AS lon, ST_Y(p.point) AS lat, p.state_as_of, p.band,
       p.state_as_of AS last_confirmed_on, p.demonstration, p.source_key, p.source_url, p.created_at, p.updated_at,
       p.version,
       c.code AS source_code, c.title AS source_title, c.licence AS source_licence, c.attribution AS source_attribution,
       c.url AS source_home
FROM public_pacts p JOIN public_sources c ON c.code = p.source_code
WHERE p.slug = :slug

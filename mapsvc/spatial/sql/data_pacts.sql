-- spatial/sql/data_pacts.sql
-- Every public pact and proposal for downloads.
SELECT p.slug AS id, p.title AS name, p.state, p.state_as_of, array_to_string(p.fields_of_action, '; ') AS fields_of_action,
       p.proposer, p.representative, p.place_text AS place, p.district_text AS district,
       p.neighbourhood_text AS neighbourhood, p.city_name AS city, p.document_url AS document,
       round(ST_X(p.point)::numeric, 6)::float8 AS lon, round(ST_Y(p.point)::numeric, 6)::float8 AS lat,
       p.demonstration, c.code AS source, p.source_key, c.licence, c.attribution
FROM public_pacts p JOIN public_sources c ON c.code = p.source_code ORDER BY p.id

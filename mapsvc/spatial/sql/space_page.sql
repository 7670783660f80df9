-- spatial/sql/space_page.sql
-- One public page of a space, an archived one included, with its source.
SELECT 'space' AS kind, s.id, s.slug, s.listed, s.name, s.street, s.number, s.floor, s.postcode, s.city_name,
       s.asset_kind, s.owner_type, s.publication_precision AS precision_code,
       ST_X(s.point) AS lon, ST_Y(s.point) AS lat, s.features, s.description, s.area_m2, s.availability_state,
       s.status, s.band, s.last_confirmed_on, s.last_source_kind, s.observation_count, s.next_check_due,
       s.area_slug, s.area_name, s.demonstration, s.source_key, s.source_url, s.owner_note, s.created_at, s.updated_at, s.version,
       c.code AS source_code, c.title AS source_title, c.licence AS source_licence, c.attribution AS source_attribution,
       c.url AS source_home
FROM public_space_pages s JOIN public_sources c ON c.code = s.source_code
WHERE s.slug = :slug

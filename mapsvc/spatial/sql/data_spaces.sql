-- spatial/sql/data_spaces.sql
-- Every public space for downloads; a coarse one carries neither name nor address, because the view has none.
SELECT s.slug AS id, s.name, s.street, s.number, s.postcode, s.city_name AS city, s.area_name AS area,
       s.asset_kind AS category, s.owner_type, s.status, s.band AS freshness, s.last_confirmed_on,
       s.last_source_kind AS last_confirmed_by, s.observation_count AS observations, s.area_m2,
       s.availability_state AS availability, s.publication_precision AS precision,
       round(ST_X(s.point)::numeric, 6)::float8 AS lon, round(ST_Y(s.point)::numeric, 6)::float8 AS lat,
       s.demonstration, c.code AS source, c.licence, c.attribution
FROM public_spaces s JOIN public_sources c ON c.code = s.source_code ORDER BY s.id

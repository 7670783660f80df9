-- spatial/sql/data_initiatives.sql
-- Every place of every public initiative for downloads; an initiative without a place has one row without a position.
SELECT i.slug AS id, i.name, i.kind AS category, array_to_string(i.themes, ' ') AS themes, i.state, i.starts, i.ends,
       p.address, p.city_name AS city, p.starts AS place_starts, p.ends AS place_ends,
       array_to_string(i.links, ' ') AS links, i.last_confirmed_on, i.band AS freshness,
       round(ST_X(p.point)::numeric, 6)::float8 AS lon, round(ST_Y(p.point)::numeric, 6)::float8 AS lat,
       i.demonstration, c.code AS source, i.source_key, c.licence, c.attribution
FROM public_initiatives i JOIN public_sources c ON c.code = i.source_code
LEFT JOIN public_initiative_places p ON p.initiative_id = i.id ORDER BY i.id, p.id

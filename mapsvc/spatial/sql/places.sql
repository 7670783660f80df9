-- Public places in a box, the nearest to its middle first; limit rows.
SELECT p.kind, p.id, p.slug, p.name, p.precision_code, p.status, p.band, p.category, p.area_m2, p.area_name, p.city_name, p.street,
       p.last_confirmed_on, p.last_source_kind, p.owner_type, p.demonstration,
       ST_X(ST_Transform(p.point_3857, 4326)) AS lon, ST_Y(ST_Transform(p.point_3857, 4326)) AS lat
FROM public_places p
WHERE p.point_3857 && ST_MakeEnvelope(:west, :south, :east, :north, 3857) {conditions}
ORDER BY p.point_3857 <-> ST_SetSRID(ST_MakePoint((:west + :east) / 2, (:south + :north) / 2), 3857), p.id
LIMIT :limit

-- spatial/sql/area_places.sql
-- Public places of an area, the newest first. Spaces count by the area they belong to, as in area_figures.sql.
WITH RECURSIVE inside AS (
    SELECT a.slug FROM public_areas a WHERE a.slug = :slug
    UNION SELECT a.slug FROM public_areas a JOIN inside i ON a.parent_slug = i.slug
), area AS (SELECT geom_3857 FROM public_areas WHERE slug = :slug)
SELECT p.kind, p.id, p.slug, p.name, p.precision_code, p.status, p.band, p.category, p.area_m2, p.area_name, p.city_name, p.street,
       p.last_confirmed_on, p.last_source_kind, p.owner_type, p.demonstration,
       ST_X(ST_Transform(p.point_3857, 4326)) AS lon, ST_Y(ST_Transform(p.point_3857, 4326)) AS lat
FROM public_places p, area
WHERE CASE WHEN p.kind = 'space' THEN p.area_slug IN (SELECT slug FROM inside)
           ELSE p.point_3857 && area.geom_3857 AND ST_Within(p.point_3857, area.geom_3857) END
  AND p.status <> 'gone_pending'
ORDER BY p.last_confirmed_on DESC NULLS LAST, p.id
LIMIT :limit

-- Public exact spaces that may need a look, around a point or in an area, those that look most urgent at first sight first;
-- the urgency itself is reckoned from the evidence (freshness 4.2). Of a coarse space nobody could say whether it is this door.
WITH RECURSIVE inside AS (
    SELECT a.id, a.slug FROM public_areas a WHERE a.slug = :area
    UNION SELECT a.id, a.slug FROM public_areas a JOIN inside i ON a.parent_slug = i.slug
), here AS (
    SELECT ST_Transform(ST_SetSRID(ST_MakePoint(:lon, :lat), 4326), 3857) AS g
), soon AS (
    SELECT l.space_id, min(c.opens_on) AS opens_on
    FROM public_lots l JOIN public_calls c ON c.code = l.call_code
    WHERE c.opens_on BETWEEN mapsvc_today() AND mapsvc_today() + 60 GROUP BY l.space_id
)
SELECT 'space' AS kind, s.id, s.slug, s.name, s.street, s.publication_precision AS precision_code, s.status, s.band,
       s.asset_kind AS category, s.area_m2, s.area_name, s.city_name, s.last_confirmed_on, s.last_source_kind, s.owner_type,
       s.demonstration, ST_X(s.point) AS lon, ST_Y(s.point) AS lat, soon.opens_on AS call_opens_on,
       CASE WHEN :around THEN ST_Distance(s.point_3857, here.g) * cos(radians(:lat)) END AS distance_m
FROM here CROSS JOIN public_spaces s LEFT JOIN soon ON soon.space_id = s.id
WHERE s.publication_precision = 'exact' AND s.status <> 'gone_pending' AND s.slug <> :without
  AND (NOT :around OR s.point_3857 && ST_Expand(here.g, :radius_m / cos(radians(:lat))))
  AND (:around OR s.area_id IN (SELECT id FROM inside))
  AND (s.band <> 'fresh' OR s.status IN ('disputed', 'unverified') OR s.next_check_due <= mapsvc_today()
       OR soon.space_id IS NOT NULL)
ORDER BY soon.space_id IS NULL, s.status <> 'disputed', s.last_confirmed_on NULLS FIRST, s.id
LIMIT :limit

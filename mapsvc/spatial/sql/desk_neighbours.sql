-- Records around a point (degrees) within radius_m metres at their exact place, the nearest first; for the desk only.
SELECT s.id, s.slug, s.name, s.street, s.number, s.floor, s.area_m2, s.external_ids, s.record_state, s.asset_kind,
       s.publication_precision, s.last_confirmed_on, s.last_source_kind, s.owner_type,
       mapsvc_current(s.status_from, s.status_codes) AS status, mapsvc_current(s.status_from, s.band_codes) AS band,
       (SELECT array_agg(f.image_hash) FROM photos f
        WHERE f.space_id = s.id AND f.state <> 'rejected' AND f.image_hash IS NOT NULL) AS image_hashes,
       ST_X(s.point) AS lon, ST_Y(s.point) AS lat, src.demonstration,
       ST_Distance(s.point::geography, here.g) AS distance_m
FROM spaces s JOIN sources src ON src.id = s.source_id,
     (SELECT ST_SetSRID(ST_MakePoint(:lon, :lat), 4326)::geography AS g) here
WHERE ST_DWithin(s.point::geography, here.g, :radius_m)
  AND s.record_state IN ('submitted', 'published') AND s.id <> :id
ORDER BY s.point::geography <-> here.g, s.id
LIMIT :limit

-- What is compared of these records, and what a row of suggestions says about each. For the desk only.
SELECT s.id, s.slug, s.name, s.street, s.number, s.floor, s.area_m2, s.external_ids, s.record_state, s.version, s.created_at,
       s.publication_precision, s.last_confirmed_on, s.asset_kind, s.observation_count, a.name AS area_name, src.demonstration,
       mapsvc_current(s.status_from, s.status_codes) AS status, mapsvc_current(s.status_from, s.band_codes) AS band,
       ST_X(s.point) AS lon, ST_Y(s.point) AS lat,
       (SELECT array_agg(f.image_hash) FROM photos f
        WHERE f.space_id = s.id AND f.state <> 'rejected' AND f.image_hash IS NOT NULL) AS image_hashes
FROM spaces s JOIN sources src ON src.id = s.source_id LEFT JOIN areas a ON a.id = s.area_id
WHERE s.id = ANY (CAST(:ids AS uuid[]))

-- One space with everything the desk sees, if it lies in the scope.
WITH RECURSIVE scope AS (
    SELECT id FROM areas WHERE id = ANY (CAST(:areas AS uuid[]))
    UNION
    SELECT a.id FROM areas a JOIN scope p ON a.parent_id = p.id
)
SELECT s.id, s.slug, s.name, s.street, s.number, s.floor, s.postcode, s.city_name, s.asset_kind, s.owner_type, s.record_state, s.hold_rules,
       s.state_reason, s.geocode_precision, s.publication_precision, s.features, s.description, s.external_ids,
       s.availability_state, s.owner_consent, s.area_m2, s.created_at, s.updated_at, s.version, s.last_confirmed_on,
       s.last_source_kind, s.observation_count, s.next_check_due, s.source_key, s.source_url,
       mapsvc_current(s.status_from, s.status_codes) AS status, mapsvc_current(s.status_from, s.band_codes) AS band,
       (SELECT array_agg(f.image_hash) FROM photos f
        WHERE f.space_id = s.id AND f.state <> 'rejected' AND f.image_hash IS NOT NULL) AS image_hashes,
       ST_X(s.point) AS lon, ST_Y(s.point) AS lat, s.area_id, a.name AS area_name, src.code AS source_code,
       src.title AS source_title, src.demonstration, target.slug AS merged_slug,
       (SELECT array_agg(path.id) FROM (
            WITH RECURSIVE path AS (SELECT id, parent_id FROM areas WHERE id = s.area_id
                UNION ALL SELECT up.id, up.parent_id FROM areas up JOIN path p ON up.id = p.parent_id)
            SELECT id FROM path) path) AS area_path
FROM spaces s JOIN sources src ON src.id = s.source_id
LEFT JOIN areas a ON a.id = s.area_id LEFT JOIN spaces target ON target.id = s.merged_into
WHERE s.slug = :slug AND (:everywhere OR s.area_id IN (SELECT id FROM scope))

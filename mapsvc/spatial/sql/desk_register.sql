-- Rows of the register with every column that pages and exports show; conditions, order and page come from desk_register.
WITH RECURSIVE scope AS (
    SELECT id FROM areas WHERE id = ANY (CAST(:areas AS uuid[]))
    UNION
    SELECT a.id FROM areas a JOIN scope p ON a.parent_id = p.id
), chosen AS (
    SELECT id FROM areas WHERE slug = :area
    UNION
    SELECT a.id FROM areas a JOIN chosen p ON a.parent_id = p.id
), rows AS (
    SELECT s.*, mapsvc_current(s.status_from, s.status_codes) AS status,
           mapsvc_current(s.status_from, s.band_codes) AS band
    FROM spaces s
    WHERE (:everywhere OR s.area_id IN (SELECT id FROM scope))
)
SELECT s.id, s.slug, s.name, s.street, s.number, s.floor, s.postcode, s.city_name, s.asset_kind, s.owner_type,
       s.geocode_precision, s.publication_precision, s.features, s.description, s.external_ids, s.record_state, s.state_reason,
       s.merged_into, s.availability_state, s.owner_consent, s.owner_objection, s.owner_note, s.office_precision, s.reported_by, s.area_id, s.source_key, s.source_url, s.created_at,
       s.updated_at, s.version, s.area_m2, s.status, s.band, s.last_confirmed_on, s.last_source_kind,
       ST_X(s.point) AS lon, ST_Y(s.point) AS lat, src.code AS source_code, src.demonstration, a.name AS area_name,
       count(*) OVER () AS total
FROM rows s JOIN sources src ON src.id = s.source_id LEFT JOIN areas a ON a.id = s.area_id
WHERE true {conditions}
-- Records of the deployment's own areas come first; registers of other cities follow.
ORDER BY s.area_id IS NULL, {order}, s.id
LIMIT :limit OFFSET :offset

DROP TRIGGER spaces_keep_objection ON spaces;
DROP FUNCTION spaces_keep_objection();
CREATE OR REPLACE FUNCTION spaces_derive() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    area_point geometry;
BEGIN
    IF TG_OP = 'INSERT' OR NEW.point IS DISTINCT FROM OLD.point OR NEW.area_id IS NULL THEN
        SELECT a.id INTO NEW.area_id FROM areas a
        WHERE ST_Covers(a.geom, NEW.point) ORDER BY a.level_rank DESC, a.id LIMIT 1;
    END IF;
    SELECT a.label_point INTO area_point FROM areas a WHERE a.id = NEW.area_id;
    NEW.published_point := mapsvc_published_point(NEW.point, NEW.publication_precision, area_point);
    NEW.published_3857 := ST_Transform(NEW.published_point, 3857);
    -- A cell may cross a boundary: the public area of a coarse record is that of its published point, or the two together
    -- would say on which side of the boundary it lies.
    NEW.public_area_id := NEW.area_id;
    IF NEW.publication_precision IN ('street', 'cell_100m') THEN
        SELECT a.id INTO NEW.public_area_id FROM areas a
        WHERE ST_Covers(a.geom, NEW.published_point) ORDER BY a.level_rank DESC, a.id LIMIT 1;
    END IF;
    NEW.area_m2 := (NEW.features ->> 'usable_area_m2')::double precision;
    -- A coarse record must not be found by its address.
    NEW.search_text := CASE WHEN NEW.publication_precision = 'exact'
        THEN mapsvc_fold(concat_ws(' ', NEW.name, NEW.street, NEW.number, NEW.city_name)) END;
    RETURN NEW;
END $$;
DROP FUNCTION mapsvc_street_point(geometry);
UPDATE areas SET commercial_precision = coalesce(commercial_precision, 'exact'), moderation = coalesce(moderation, 'before');
ALTER TABLE areas DROP version;
ALTER TABLE areas ALTER commercial_precision SET DEFAULT 'exact', ALTER commercial_precision SET NOT NULL,
    ALTER moderation SET DEFAULT 'before', ALTER moderation SET NOT NULL;
ALTER TABLE spaces DROP published_street, DROP office_precision, DROP owner_note, DROP owner_objection;
DROP TABLE office_messages, owner_claims;

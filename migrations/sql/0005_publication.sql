-- The owner's right of reply, reports that are no vacancies, and how exactly a street is shown.

CREATE TABLE owner_claims (
    id uuid PRIMARY KEY,
    space_id uuid NOT NULL REFERENCES spaces,
    -- What the owner wants: to agree to an exact place, to object to it, or only to say something in public.
    wish text NOT NULL CHECK (wish IN ('consent', 'object', 'note')),
    public_note text,
    proof_text text,
    proof_file text,
    contact_id uuid REFERENCES contacts,
    user_id integer REFERENCES users,
    reporter text NOT NULL,
    token_hash text NOT NULL UNIQUE,
    state text NOT NULL DEFAULT 'received' CHECK (state IN ('received', 'verified', 'refused', 'withdrawn')),
    created_at timestamptz NOT NULL,
    decided_at timestamptz,
    decided_by integer REFERENCES users,
    reason text,
    -- How exactly the place was shown when the owner objected: what is given back when the objection falls.
    precision_before text,
    -- An exact place is shown again after an objection only when two people agree.
    unhide_asked_by integer REFERENCES users,
    unhide_agreed_by integer REFERENCES users,
    unhide_refused_by integer REFERENCES users,
    CHECK (unhide_agreed_by IS NULL OR (unhide_asked_by IS NOT NULL AND unhide_agreed_by <> unhide_asked_by))
);
-- Usage: the desk's queue and the record at the desk.
CREATE INDEX owner_claims_space ON owner_claims (space_id);

-- Reports of homes and of people living somewhere: never a vacancy, only a message to the office.
CREATE TABLE office_messages (
    id uuid PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('lived_in')),
    area_id uuid REFERENCES areas,
    -- The public record that somebody said this of, if any.
    space_id uuid REFERENCES spaces,
    point geometry(Point, 4326) NOT NULL
        CHECK (NOT ST_IsEmpty(point) AND ST_X(point) BETWEEN -180 AND 180 AND ST_Y(point) BETWEEN -85.06 AND 85.06),
    note text,
    reporter text NOT NULL,
    created_at timestamptz NOT NULL,
    state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'closed')),
    closed_at timestamptz,
    closed_by integer REFERENCES users
);

-- Usage: the desk's queue.
CREATE INDEX office_messages_open ON office_messages (created_at) WHERE state = 'open';

ALTER TABLE spaces
    -- Whoever says that they own it asked not to show the exact place; it is hidden before anybody decides.
    ADD owner_objection boolean NOT NULL DEFAULT false,
    ADD owner_note text,
    -- How exactly the office decided to show it, NULL where the rules alone decide.
    ADD office_precision text CHECK (office_precision IN ('exact', 'street', 'cell_100m', 'district', 'hidden')),
    -- Derived by the trigger spaces_derive: the street whose middle stands for the place.
    ADD published_street text,
    ADD CONSTRAINT spaces_objection_is_coarse CHECK (NOT owner_objection OR publication_precision NOT IN ('exact', 'street'));

-- NULL: the area decided nothing itself and takes over what the area around it decided, at last the deployment's default.
ALTER TABLE areas ADD version integer NOT NULL DEFAULT 1;
ALTER TABLE areas ALTER commercial_precision DROP NOT NULL, ALTER commercial_precision DROP DEFAULT,
    ALTER moderation DROP NOT NULL, ALTER moderation DROP DEFAULT;
UPDATE areas SET commercial_precision = nullif(commercial_precision, 'exact'), moderation = nullif(moderation, 'before');

-- The middle of the nearest stretch of a street within 100 m that is at least 60 m long, and the street's name; no row where
-- there is none. The same rule stands in mapsvc.domain.street_points, and a test compares them.
CREATE FUNCTION mapsvc_street_point(place geometry, OUT name text, OUT point geometry) RETURNS SETOF record
    LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT near.name, ST_Transform(near.middle, 4326)
    FROM (SELECT ST_Transform(place, 3857) AS g, cos(radians(ST_Y(place))) AS shrink) here
    CROSS JOIN LATERAL (
        SELECT s.name, ST_LineInterpolatePoint(part.geom, 0.5) AS middle,
               round((ST_Distance(part.geom, here.g) * here.shrink)::numeric, 3) AS away
        FROM streets s CROSS JOIN LATERAL ST_Dump(s.geom_3857) part
        WHERE s.geom_3857 && ST_Expand(here.g, 100 / here.shrink)
          AND ST_Distance(part.geom, here.g) * here.shrink <= 100
          AND ST_Length(part.geom) * here.shrink >= 60
    ) near
    ORDER BY near.away, near.name COLLATE "C", ST_X(near.middle), ST_Y(near.middle)
    LIMIT 1
$$;

CREATE OR REPLACE FUNCTION spaces_derive() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    area_point geometry;
    street record;
BEGIN
    IF TG_OP = 'INSERT' OR NEW.point IS DISTINCT FROM OLD.point OR NEW.area_id IS NULL THEN
        SELECT a.id INTO NEW.area_id FROM areas a
        WHERE ST_Covers(a.geom, NEW.point) ORDER BY a.level_rank DESC, a.id LIMIT 1;
    END IF;
    SELECT a.label_point INTO area_point FROM areas a WHERE a.id = NEW.area_id;
    NEW.published_point := mapsvc_published_point(NEW.point, NEW.publication_precision, area_point);
    NEW.published_street := NULL;
    IF NEW.publication_precision = 'street' THEN
        SELECT p.name, p.point INTO street FROM mapsvc_street_point(NEW.point) p;
        -- Where no street hides it, the cell does, and the views call it so.
        IF FOUND THEN
            NEW.published_street := street.name;
            NEW.published_point := street.point;
        END IF;
    END IF;
    NEW.published_3857 := ST_Transform(NEW.published_point, 3857);
    -- A cell may cross a boundary: the public area of a coarse record is that of its published point, or the two together
    -- would say on which side of the boundary it lies.
    NEW.public_area_id := NEW.area_id;
    IF NEW.publication_precision IN ('street', 'cell_100m') THEN
        SELECT a.id INTO NEW.public_area_id FROM areas a
        WHERE ST_Covers(a.geom, NEW.published_point) ORDER BY a.level_rank DESC, a.id LIMIT 1;
    END IF;
    NEW.area_m2 := (NEW.features ->> 'usable_area_m2')::double precision;
    -- A coarse record must not be found by its address; that of a street is found by its street.
    NEW.search_text := CASE NEW.publication_precision
        WHEN 'exact' THEN mapsvc_fold(concat_ws(' ', NEW.name, NEW.street, NEW.number, NEW.city_name))
        WHEN 'street' THEN mapsvc_fold(NEW.published_street) END;
    RETURN NEW;
END $$;

-- An objection falls only when all of them were refused or withdrawn and two people agreed, whoever writes.
CREATE FUNCTION spaces_keep_objection() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM owner_claims c WHERE c.space_id = NEW.id AND c.wish = 'object' AND c.state IN ('received', 'verified'))
       OR NOT EXISTS (SELECT FROM owner_claims c WHERE c.space_id = NEW.id AND c.wish = 'object'
                      AND c.unhide_agreed_by IS NOT NULL) THEN
        RAISE EXCEPTION 'two people lift an objection of an owner' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER spaces_keep_objection BEFORE UPDATE ON spaces FOR EACH ROW
    WHEN (OLD.owner_objection AND NOT NEW.owner_objection) EXECUTE FUNCTION spaces_keep_objection();

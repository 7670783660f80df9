-- What was decided about a place, a text or a photo, appeals against it, and the versions of photos.

CREATE TABLE rulings (
    id uuid PRIMARY KEY,
    space_id uuid NOT NULL REFERENCES spaces,
    subject text NOT NULL CHECK (subject IN ('space', 'answer', 'note', 'photo')),
    -- The place, the observation that is the answer or carries the text, or the photo.
    record_id uuid NOT NULL,
    verdict text NOT NULL CHECK (verdict IN ('publish', 'reject', 'hide', 'archive', 'same_as')),
    reason text,
    decided_by integer REFERENCES users,
    decided_at timestamptz NOT NULL,
    CHECK (verdict NOT IN ('reject', 'hide') OR reason IS NOT NULL)
);
-- Usage: the private page of a report, and the newest decision about a record.
CREATE INDEX rulings_record ON rulings (record_id, decided_at);

CREATE TABLE appeals (
    id uuid PRIMARY KEY,
    -- Each decision is appealed against once.
    ruling_id uuid NOT NULL UNIQUE REFERENCES rulings,
    space_id uuid NOT NULL REFERENCES spaces,
    -- The report whose private link the appeal came by.
    observation_id uuid REFERENCES observations,
    text text NOT NULL,
    created_at timestamptz NOT NULL,
    state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'upheld', 'refused')),
    -- Whoever took the decision appealed against: another one decides the appeal.
    first_decided_by integer REFERENCES users,
    decided_by integer REFERENCES users,
    decided_at timestamptz,
    answer text,
    CHECK (decided_by IS NULL OR decided_by IS DISTINCT FROM first_decided_by),
    CHECK ((state = 'open') = (decided_at IS NULL))
);
-- Usage: the desk's queue.
CREATE INDEX appeals_open ON appeals (space_id) WHERE state = 'open';

-- Who decided first is taken from the decision itself, so that no program can leave it out.
CREATE FUNCTION appeals_first_decision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    SELECT decided_by INTO NEW.first_decided_by FROM rulings WHERE id = NEW.ruling_id;
    RETURN NEW;
END $$;
CREATE TRIGGER appeals_first_decision BEFORE INSERT OR UPDATE ON appeals
    FOR EACH ROW EXECUTE FUNCTION appeals_first_decision();

ALTER TABLE photos
    ADD version integer NOT NULL DEFAULT 1,
    ADD reason text,
    ADD decided_at timestamptz;

-- When the text was last written: a corrected text is another one than the moderator saw.
ALTER TABLE observations ADD note_at timestamptz;

-- Usage: public_transparency counts decisions among the many more observations of the history.
CREATE INDEX audit_log_decisions ON audit_log (record_id, at)
    WHERE noun = 'space' AND action IN ('reported', 'publish', 'reject', 'hide', 'note_shown', 'note_refused', 'photo_shown',
                                        'photo_refused', 'photo_blurred', 'observation_rejected');

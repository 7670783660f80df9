-- Subscriptions to areas, reminders to whoever left an address, and the news that feeds and mails tell.

CREATE TABLE subscriptions (
    id uuid PRIMARY KEY,
    area_id uuid NOT NULL REFERENCES areas,
    contact_id uuid NOT NULL REFERENCES contacts ON DELETE CASCADE,
    rhythm text NOT NULL CHECK (rhythm IN ('immediate', 'daily', 'weekly')),
    token_hash text NOT NULL UNIQUE,
    created_at timestamptz NOT NULL,
    -- Nothing is sent before the address said yes.
    confirmed_at timestamptz,
    -- By the database's own clock: news noted before this instant were told.
    told_until timestamptz NOT NULL,
    -- By the service's day: when the rhythm was served last.
    told_on date NOT NULL
);
-- Usage: the job that tells of news.
CREATE INDEX subscriptions_confirmed ON subscriptions (rhythm, told_on) WHERE confirmed_at IS NOT NULL;
CREATE INDEX subscriptions_contact ON subscriptions (contact_id);
-- Usage: one subscription for an address and an area.
CREATE INDEX contacts_address ON contacts (lower(email));

CREATE TABLE reminders (
    id uuid PRIMARY KEY,
    space_id uuid NOT NULL REFERENCES spaces,
    contact_id uuid NOT NULL REFERENCES contacts ON DELETE CASCADE,
    due_on date NOT NULL,
    sent_at timestamptz NOT NULL,
    UNIQUE (space_id, contact_id, due_on)
);
-- Usage: the job that reminds.
CREATE INDEX spaces_check_due ON spaces (next_check_due) WHERE record_state = 'published';

ALTER TABLE follow_links
    ADD purpose text NOT NULL DEFAULT 'report' CHECK (purpose IN ('report', 'reminder')),
    ADD used_at timestamptz;

-- What happened to a public space: it appeared, its status became another one by evidence, it was archived. What time alone
-- changes is no news, since everybody can reckon it. `noted_at` is the clock of the database, whatever day the service shows.
CREATE TABLE space_news (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    space_id uuid NOT NULL REFERENCES spaces,
    kind text NOT NULL CHECK (kind IN ('new', 'status', 'archived')),
    status_before text,
    status_after text NOT NULL,
    on_day date NOT NULL DEFAULT mapsvc_today(),
    noted_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
-- Usage: spatial/sql/news.sql, and the job that tells of news.
CREATE INDEX space_news_noted ON space_news (noted_at DESC, id);
CREATE INDEX space_news_space ON space_news (space_id, noted_at);

CREATE FUNCTION space_news_of_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO space_news (space_id, kind, status_after)
    SELECT id, 'new', mapsvc_current(status_from, status_codes) FROM added
    WHERE record_state = 'published' AND published_point IS NOT NULL;
    RETURN NULL;
END $$;
CREATE TRIGGER space_news_added AFTER INSERT ON spaces REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION space_news_of_added();

CREATE FUNCTION space_news_of_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    was_public boolean := OLD.record_state = 'published' AND OLD.published_point IS NOT NULL;
    is_public boolean := NEW.record_state = 'published' AND NEW.published_point IS NOT NULL;
    before text := mapsvc_current(OLD.status_from, OLD.status_codes);
    after text := mapsvc_current(NEW.status_from, NEW.status_codes);
BEGIN
    IF is_public AND NOT was_public THEN
        INSERT INTO space_news (space_id, kind, status_after) SELECT NEW.id, 'new', after
        WHERE NOT EXISTS (SELECT FROM space_news WHERE space_id = NEW.id AND kind = 'new');
    ELSIF was_public AND NEW.record_state = 'archived' AND NEW.published_point IS NOT NULL THEN
        INSERT INTO space_news (space_id, kind, status_before, status_after) VALUES (NEW.id, 'archived', before, after);
    ELSIF is_public AND before <> after THEN
        -- The evidence of a space that appears in this same transaction belongs to its appearing.
        UPDATE space_news SET status_after = after
        WHERE space_id = NEW.id AND kind = 'new' AND xmin = pg_current_xact_id()::xid;
        IF FOUND THEN RETURN NULL; END IF;
        -- An answer that is taken back at once leaves no news.
        DELETE FROM space_news WHERE space_id = NEW.id AND kind = 'status' AND status_before = after AND status_after = before
            AND noted_at > clock_timestamp() - interval '2 minutes';
        IF FOUND THEN RETURN NULL; END IF;
        INSERT INTO space_news (space_id, kind, status_before, status_after) VALUES (NEW.id, 'status', before, after);
    END IF;
    RETURN NULL;
END $$;
-- The number of observations changes with every evidence, and stays when the numbers of the rule change.
CREATE TRIGGER space_news_changed AFTER UPDATE ON spaces FOR EACH ROW
    WHEN ((OLD.record_state, OLD.observation_count, OLD.published_point IS NULL)
          IS DISTINCT FROM (NEW.record_state, NEW.observation_count, NEW.published_point IS NULL))
    EXECUTE FUNCTION space_news_of_changed();

-- The hash chain over the history, made afterwards by one sealer, and the erasable store of personal values.

CREATE TABLE audit_seals (
    seq bigint PRIMARY KEY,
    entry_id bigint NOT NULL UNIQUE,
    sha256 text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    sealed_at timestamptz NOT NULL
);
CREATE TRIGGER audit_seals_append_only BEFORE UPDATE OR DELETE ON audit_seals FOR EACH ROW EXECUTE FUNCTION audit_log_refuse();
CREATE TRIGGER audit_seals_no_truncate BEFORE TRUNCATE ON audit_seals FOR EACH STATEMENT EXECUTE FUNCTION audit_log_refuse();

-- Usage: the page about the history, newest first, by period, kind of record, action and kind of actor.
CREATE INDEX audit_log_at ON audit_log (at DESC, id DESC);
-- Usage: figures by action, such as those of the transparency page.
CREATE INDEX audit_log_action ON audit_log (action, at);

-- The history refers to a personal value by its id; erasing empties the value and leaves the chain alone.
CREATE TABLE personal_values (
    id uuid PRIMARY KEY,
    noun text NOT NULL,
    record_id text NOT NULL,
    user_id integer,
    value jsonb,
    created_at timestamptz NOT NULL,
    erased_at timestamptz,
    CHECK (erased_at IS NULL OR value IS NULL)
);
-- Usage: erasure and personal export.
CREATE INDEX personal_values_record ON personal_values (noun, record_id);
CREATE INDEX personal_values_user ON personal_values (user_id) WHERE user_id IS NOT NULL;

-- Erasing is the only change: a value that could be written anew would make the history say something else.
CREATE FUNCTION personal_values_only_erased() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.value IS NULL AND NEW.erased_at IS NOT NULL
       AND (NEW.id, NEW.noun, NEW.record_id, NEW.created_at) IS NOT DISTINCT FROM (OLD.id, OLD.noun, OLD.record_id, OLD.created_at)
       AND (NEW.user_id IS NULL OR NEW.user_id IS NOT DISTINCT FROM OLD.user_id) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a personal value of the history can only be erased' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER personal_values_erase_only BEFORE UPDATE ON personal_values FOR EACH ROW EXECUTE FUNCTION personal_values_only_erased();
CREATE TRIGGER personal_values_no_delete BEFORE DELETE ON personal_values FOR EACH ROW EXECUTE FUNCTION audit_log_refuse();
CREATE TRIGGER personal_values_no_truncate BEFORE TRUNCATE ON personal_values FOR EACH STATEMENT EXECUTE FUNCTION audit_log_refuse();

-- The hash chain over the history, made afterwards by one sealer, and the erasable store of personal values.

CREATE TABLE audit_seals (
    seq bigint PRIMARY KEY,
    entry_id bigint NOT NULL UNIQUE,
    sha256 text NOT NULL,
    sealed_at timestamptz NOT NULL
);
CREATE TRIGGER audit_seals_append_only BEFORE UPDATE OR DELETE ON audit_seals FOR EACH ROW EXECUTE FUNCTION audit_log_refuse();
CREATE TRIGGER audit_seals_no_truncate BEFORE TRUNCATE ON audit_seals FOR EACH STATEMENT EXECUTE FUNCTION audit_log_refuse();

-- The history refers to a personal value by its id; erasing empties the value and leaves the chain alone.
CREATE TABLE personal_values (
    id uuid PRIMARY KEY,
    noun text NOT NULL,
    record_id text NOT NULL,
    user_id integer,
    value jsonb,
    created_at timestamptz NOT NULL,
    erased_at timestamptz
);
-- Usage: erasure and personal export.
CREATE INDEX personal_values_record ON personal_values (noun, record_id);
CREATE INDEX personal_values_user ON personal_values (user_id) WHERE user_id IS NOT NULL;

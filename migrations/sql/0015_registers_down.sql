DROP TABLE source_run_rows, source_files;
DROP INDEX source_runs_open;
-- Runs that did not end left nothing behind that the step before knows.
DELETE FROM source_runs WHERE state <> 'done';
ALTER TABLE source_runs
    DROP COLUMN state, DROP COLUMN file_name, DROP COLUMN asked_by, DROP COLUMN decided_by, DROP COLUMN ended_at,
    DROP COLUMN stopped_to_ask, DROP COLUMN stop_asked, DROP COLUMN step, DROP COLUMN done_rows, DROP COLUMN all_rows,
    DROP COLUMN columns, DROP COLUMN questions, DROP COLUMN decision, DROP COLUMN accepted, DROP COLUMN written, DROP COLUMN fault,
    DROP COLUMN fault_params, DROP COLUMN version;
ALTER TABLE source_registers
    DROP COLUMN fetch_url, DROP COLUMN format, DROP COLUMN accepts, DROP COLUMN grid, DROP COLUMN known_columns,
    DROP COLUMN paused, DROP COLUMN fetched_at, DROP COLUMN version;

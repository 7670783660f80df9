DROP INDEX audit_log_decisions;
ALTER TABLE observations DROP note_at;
ALTER TABLE photos DROP decided_at, DROP reason, DROP version;
DROP TABLE appeals;
DROP FUNCTION appeals_first_decision();
DROP TABLE rulings;

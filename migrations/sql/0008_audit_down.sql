DROP INDEX audit_log_action, audit_log_at;
DROP TABLE personal_values, audit_seals;
DROP FUNCTION personal_values_only_erased();

DROP TABLE personal_values, audit_seals;

ALTER TABLE photos DROP decided_at, DROP reason, DROP version;
DROP TABLE appeals;

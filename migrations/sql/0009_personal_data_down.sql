ALTER TABLE observations DROP decided_at;
ALTER TABLE users DROP erased_at;
ALTER TABLE outbox DROP held;
DROP TABLE erasures;

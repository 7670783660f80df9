ALTER TABLE outbox DROP held;
DROP TABLE erasures;

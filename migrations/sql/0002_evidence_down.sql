DROP TABLE reporters;
DROP INDEX observations_reporter;
ALTER TABLE observations DROP adjudicated_on, DROP adjudication;

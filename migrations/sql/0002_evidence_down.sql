DROP TABLE reporters;
ALTER TABLE observations DROP adjudicated_by, DROP adjudication;

DROP INDEX spaces_external_ids;
DROP INDEX spaces_changed;
ALTER TABLE photos DROP image_hash;
DROP TABLE different_places;
DROP TABLE merges;

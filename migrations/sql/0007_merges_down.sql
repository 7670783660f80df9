ALTER TABLE photos DROP image_hash;
DROP TABLE different_places;
DROP TABLE merges;

-- spatial/sql/data_quality.sql
-- How sure, how recent and how complete the public spaces are, by source.
SELECT s.source_code, count(*) AS total,
       count(*) FILTER (WHERE s.status IN ('confirmed_vacant', 'confirmed_occupied')) AS confirmed,
       count(*) FILTER (WHERE s.status IN ('probable_vacant', 'probable_occupied')) AS probable,
       count(*) FILTER (WHERE s.status = 'disputed') AS disputed,
       count(*) FILTER (WHERE s.status = 'unverified') AS unverified,
       count(*) FILTER (WHERE s.band = 'fresh') AS fresh,
       count(*) FILTER (WHERE s.band = 'ageing') AS ageing,
       count(*) FILTER (WHERE s.band IN ('stale', 'none')) AS stale,
       count(*) FILTER (WHERE s.publication_precision = 'exact') AS exact,
       count(s.area_m2) AS with_area
FROM public_spaces s GROUP BY s.source_code ORDER BY count(*) DESC

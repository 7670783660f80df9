-- spatial/sql/data_quality.sql
-- How sure, how recent and how complete the public spaces are, by source; without the coarse ones of a source that has fewer
-- than three (LEAST_COARSE of domain/small_groups.py).
WITH told AS (
    SELECT *, count(*) FILTER (WHERE publication_precision <> 'exact') OVER (PARTITION BY source_code) AS coarse
    FROM public_spaces
)
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
FROM told s WHERE s.publication_precision = 'exact' OR s.coarse >= 3
GROUP BY s.source_code ORDER BY count(*) DESC, s.source_code

-- Public places in a box, counted by cells of size metres of web mercator that are aligned to the origin, so that panning
-- does not move them. A cell with one record is returned with its slug, to be drawn as itself.
SELECT count(*) AS count,
       count(*) FILTER (WHERE p.kind = 'space' AND p.status IN ('confirmed_vacant', 'confirmed_occupied')
                        OR p.kind <> 'space' AND p.band = 'fresh') AS confirmed,
       count(*) FILTER (WHERE p.status IN ('probable_vacant', 'probable_occupied')
                        OR p.kind <> 'space' AND p.band = 'ageing') AS probable,
       count(*) FILTER (WHERE p.precision_code <> 'exact') AS coarse,
       count(*) FILTER (WHERE p.precision_code <> 'exact' AND p.status IN ('confirmed_vacant', 'confirmed_occupied'))
           AS coarse_confirmed,
       count(*) FILTER (WHERE p.precision_code <> 'exact' AND p.status IN ('probable_vacant', 'probable_occupied'))
           AS coarse_probable,
       avg(ST_X(p.point_3857)) AS x, avg(ST_Y(p.point_3857)) AS y,
       min(ST_X(p.point_3857)) AS west, min(ST_Y(p.point_3857)) AS south,
       max(ST_X(p.point_3857)) AS east, max(ST_Y(p.point_3857)) AS north,
       min(p.slug COLLATE "C") AS any_slug
FROM public_places p
WHERE p.point_3857 && ST_MakeEnvelope(:west, :south, :east, :north, 3857) {conditions}
GROUP BY floor(ST_X(p.point_3857) / :size), floor(ST_Y(p.point_3857) / :size)
ORDER BY count(*) DESC, any_slug
LIMIT 600

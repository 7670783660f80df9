-- What happened to public spaces of an area and its parts (of all of them with every), the newest first.
WITH RECURSIVE inside AS (
    SELECT a.id, a.slug FROM public_areas a WHERE a.slug = :area
    UNION SELECT a.id, a.slug FROM public_areas a JOIN inside i ON a.parent_slug = i.slug
)
SELECT 'space' AS kind, n.id, n.kind AS happened, n.status_before, n.status_after, n.on_day, n.noted_at, n.slug, n.name, n.street,
       n.status, n.band, n.area_name, n.listed
FROM public_news n
WHERE :every OR n.area_id IN (SELECT id FROM inside)
ORDER BY n.noted_at DESC, n.id
LIMIT :limit OFFSET :offset

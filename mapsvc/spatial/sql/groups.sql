-- Approved groups with the number of their listed maps; slug of one group, or NULL for all.
SELECT g.id, g.slug, g.name, g.about, g.website, g.demonstration, count(m.id) AS maps
FROM public_groups g LEFT JOIN public_maps m ON m.group_slug = g.slug AND m.listed
WHERE cast(:slug AS text) IS NULL OR g.slug = :slug
GROUP BY g.id, g.slug, g.name, g.about, g.website, g.demonstration
ORDER BY g.name, g.id

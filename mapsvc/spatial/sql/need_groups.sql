-- Which areas can be compared with each other: those of one level in the same larger area, where figures are known.
SELECT a.level, a.parent_slug, a.parent_name, count(DISTINCT a.id) AS areas
FROM public_areas a
WHERE EXISTS (SELECT FROM public_areas b JOIN public_indicator_values v ON v.area_id = b.id
              WHERE b.level = a.level AND b.parent_slug IS NOT DISTINCT FROM a.parent_slug)
GROUP BY a.level, a.parent_slug, a.parent_name
ORDER BY count(DISTINCT a.id) DESC, a.level, a.parent_slug

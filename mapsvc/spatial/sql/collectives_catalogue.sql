-- spatial/sql/collectives_catalogue.sql
-- Public collectives: those whose name or story resembles the words best, then by name.
SELECT c.id, c.slug, c.name, c.story, c.original_lang, c.form, c.disciplines, c.members_count, c.state, c.trust, c.demonstration
FROM public_collectives c
WHERE true {conditions}
ORDER BY CASE WHEN :words = '' THEN 0 ELSE -word_similarity(mapsvc_fold(:words), c.search_text) END, c.name, c.id
LIMIT :limit OFFSET :offset

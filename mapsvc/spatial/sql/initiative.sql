-- spatial/sql/initiative.sql
-- One public initiative with its source.
SELECT 'initiative' AS kind, i.id, i.slug, i.name, i.summary, i.original_lang, i.kind AS category, i.themes,
       i.state AS status, i.starts, i.ends, i.links, i.facts, i.last_confirmed_on, i.band, i.demonstration, i.source_key,
       i.source_url, i.created_at, i.updated_at, i.version,
       c.code AS source_code, c.title AS source_title, c.licence AS source_licence, c.attribution AS source_attribution,
       c.url AS source_home
FROM public_initiatives i JOIN public_sources c ON c.code = i.source_code
WHERE i.slug = :slug

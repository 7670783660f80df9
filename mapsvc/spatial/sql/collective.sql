-- spatial/sql/collective.sql
-- One public collective with its source and the names of the areas it would go to.
SELECT p.id, p.slug, p.name, p.story, p.original_lang, p.form, p.disciplines, p.members_count,
       p.members_under_30, p.members_under_35, p.website, p.trust, p.needs, p.state,
       p.demonstration, p.created_at, p.updated_at, p.version,
       c.code AS source_code, c.title AS source_title, c.licence AS source_licence, c.attribution AS source_attribution,
       c.url AS source_home, NULL AS source_url,
       (SELECT jsonb_object_agg(a.slug, a.name) FROM public_areas a
        WHERE p.needs -> 'districts_ok' ? a.slug) AS area_names
FROM public_collectives p JOIN public_sources c ON c.code = p.source_code
WHERE p.slug = :slug

-- Leaves the extensions: other schemas of the same database may use them.
DROP VIEW public_places, public_groups, public_maps, public_lots, public_calls, public_collectives, public_pacts,
    public_initiative_places, public_initiatives, public_photos, public_history, public_redirects,
    public_observations, public_spaces, public_space_pages,
    public_city, public_sources, public_streets, public_areas;
DROP TABLE job_runs, rate_counters, idempotency_keys, outbox, audit_log, import_batches, curated_maps, pacts,
    initiative_places, initiatives, lots, calls, follow_links, contacts, photos, observations, spaces, invitations,
    role_grants, collectives, groups, users, streets, areas, sources, city;
DROP FUNCTION audit_log_refuse, spaces_derive, mapsvc_current, mapsvc_published_point, mapsvc_cell_centre, mapsvc_today,
    mapsvc_fold;

DROP TABLE pact_versions, pact_events, pact_report_photos, pact_reports, pact_indicators, pact_resources, pact_commitments,
    pact_places, pact_parties;
ALTER TABLE pacts DROP COLUMN initiative_form, DROP COLUMN level, DROP COLUMN area_id, DROP COLUMN clauses, DROP COLUMN governance,
    DROP COLUMN proposed_on, DROP COLUMN comments_until,
    DROP COLUMN handed_back_on, DROP COLUMN draft_number, DROP COLUMN contact_id, DROP COLUMN token_hash,
    DROP COLUMN created_by, DROP COLUMN state_before;

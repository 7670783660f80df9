DROP TABLE indicator_values, indicators, fit_alerts, collective_endorsements;
DROP INDEX collectives_silent;
ALTER TABLE collectives DROP COLUMN alerts, DROP COLUMN members_under_30, DROP COLUMN members_under_35, DROP COLUMN legal_id,
    DROP COLUMN website, DROP COLUMN trust, DROP COLUMN state_reason, DROP COLUMN heard_at, DROP COLUMN noticed_at,
    DROP COLUMN created_by;
ALTER TABLE pacts DROP COLUMN call_id, DROP COLUMN lot_id, DROP COLUMN application_id, DROP COLUMN space_id,
    DROP COLUMN starts_on, DROP COLUMN ends_on, DROP COLUMN signed_on, DROP COLUMN act, DROP COLUMN ceilings, DROP COLUMN commitments;
DROP TABLE call_results, call_observations, handovers, award_conditions, award_offers, assignments, match_runs, match_locks, owner_ranks, score_sheets, conflicts_of_interest,
    committee_members, admissibility_checks, integration_requests, application_documents, application_lots, applications, call_events;
DROP FUNCTION mapsvc_award_step(), mapsvc_run_step(), mapsvc_result_stands();
DROP FUNCTION score_sheets_keep_signed(), score_sheets_of_reviewers();
DROP TRIGGER lots_stand ON lots;
DROP TRIGGER calls_stand ON calls;
DROP FUNCTION mapsvc_lot_stands(), mapsvc_call_stands();
DROP INDEX calls_due;
ALTER TABLE lots DROP COLUMN unit, DROP COLUMN capacity, DROP COLUMN reserve, DROP COLUMN overrides, DROP COLUMN pre_access_from,
    DROP COLUMN withdrawn_at, DROP COLUMN withdrawn_reason;
ALTER TABLE calls DROP COLUMN area_id, DROP COLUMN kind, DROP COLUMN office, DROP COLUMN definition, DROP COLUMN timeline,
    DROP COLUMN closes_at, DROP COLUMN frozen, DROP COLUMN frozen_sha256, DROP COLUMN draw_description, DROP COLUMN seed_commitment,
    DROP COLUMN lottery_seed, DROP COLUMN state_before, DROP COLUMN created_by, DROP COLUMN approved_by, DROP COLUMN copied_from,
    DROP COLUMN legal_checked_by, DROP COLUMN legal_checked_at, DROP COLUMN version;
DELETE FROM role_grants WHERE role = 'director';
ALTER TABLE role_grants DROP CONSTRAINT role_grants_role_check;
ALTER TABLE role_grants ADD CONSTRAINT role_grants_role_check CHECK (role IN ('administrator', 'officer', 'moderator', 'curator',
    'member', 'collective_rep', 'trust_broker', 'auditor'));

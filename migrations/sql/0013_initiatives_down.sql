DROP TABLE comments, relayed_messages, notices, initiative_transfers, initiative_outcomes, initiative_stages,
    initiative_organisations, keepers, memberships, organisation_areas;
ALTER TABLE initiative_places DROP COLUMN shape, DROP COLUMN name;
ALTER TABLE initiatives DROP COLUMN outcome, DROP COLUMN outcome_note, DROP COLUMN activities, DROP COLUMN challenges,
    DROP COLUMN online, DROP COLUMN replication, DROP COLUMN contact_function, DROP COLUMN contact_id, DROP COLUMN token_hash,
    DROP COLUMN created_by, DROP COLUMN reminded_on;
DROP TABLE organisations;

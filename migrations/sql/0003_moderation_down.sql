DELETE FROM role_grants WHERE role IN ('trust_broker', 'auditor');
ALTER TABLE role_grants DROP CONSTRAINT role_grants_role_check;
ALTER TABLE role_grants ADD CONSTRAINT role_grants_role_check CHECK (role IN
    ('administrator', 'officer', 'moderator', 'curator', 'member', 'collective_rep'));
UPDATE photos SET state = 'submitted' WHERE state = 'hidden';
ALTER TABLE photos DROP CONSTRAINT photos_state_check;
ALTER TABLE photos ADD CONSTRAINT photos_state_check CHECK (state IN ('submitted', 'published', 'rejected'));
DROP INDEX observations_user, observations_cluster, observations_held, spaces_reporter, spaces_held;
ALTER TABLE observations DROP state_reason, DROP hold_rules;
ALTER TABLE spaces DROP frozen_at, DROP hold_rules;
DROP TABLE flags;

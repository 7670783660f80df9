DELETE FROM role_grants WHERE role IN ('trust_broker', 'auditor');
ALTER TABLE role_grants DROP CONSTRAINT role_grants_role_check;
ALTER TABLE role_grants ADD CONSTRAINT role_grants_role_check CHECK (role IN
    ('administrator', 'officer', 'moderator', 'curator', 'member', 'collective_rep'));
DROP INDEX observations_cluster;
ALTER TABLE observations DROP hold_rules;
ALTER TABLE spaces DROP frozen_at, DROP hold_rules;
DROP TABLE flags;

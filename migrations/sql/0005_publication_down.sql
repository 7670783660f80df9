ALTER TABLE areas DROP version;
ALTER TABLE spaces DROP published_street, DROP owner_note, DROP owner_objection;
DROP TABLE office_messages, owner_claims;

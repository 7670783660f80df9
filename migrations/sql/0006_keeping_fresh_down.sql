ALTER TABLE follow_links DROP used_at, DROP purpose;
DROP TABLE reminders, subscriptions;

DROP TRIGGER space_news_changed ON spaces;
DROP TRIGGER space_news_added ON spaces;
DROP FUNCTION space_news_of_changed, space_news_of_added;
DROP TABLE space_news;
ALTER TABLE follow_links DROP used_at, DROP purpose;
DROP INDEX spaces_check_due;
DROP TABLE reminders, subscriptions;
DROP INDEX contacts_address;

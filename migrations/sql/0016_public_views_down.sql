-- The history as the step 0011 made it; a replaced view is gone with the others.

CREATE OR REPLACE VIEW public_history AS
SELECT h.id, h.at, h.noun, r.slug, h.actor_kind, h.action, h.after ->> 'state' AS state
FROM audit_log h JOIN (
    SELECT 'space' AS noun, id::text AS record_id, slug FROM public_space_pages
    UNION ALL SELECT 'initiative', id::text, slug FROM initiatives WHERE record_state = 'published'
    UNION ALL SELECT 'pact', id::text, slug FROM pacts WHERE record_state = 'published'
) r ON r.noun = h.noun AND r.record_id = h.record_id
WHERE h.action IN ('reported', 'added', 'imported', 'edited', 'rolled_back', 'publish', 'hide', 'archive', 'same_as', 'merge_undone',
    'observed', 'observation_withdrawn', 'note_shown', 'photo_shown', 'owner_verified', 'precision_by_policy', 'decision_taken_back',
    'vanished', 'returned', 'number_reused');

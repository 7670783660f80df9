-- What the observations of every space say on one day, by the rule of mapsvc.domain.freshness; a test compares the two.
-- Numbers of the policy are parameters; a day is a whole UTC day, a weight has no unit. No age is more than 400 half-lives, since
-- the database refuses numbers that are too small to be stored.
WITH weights AS (
    SELECT * FROM unnest(CAST(:sources AS text[]), CAST(:source_weights AS float8[])) AS w (source_kind, weight)
), qualities AS (
    SELECT * FROM unnest(CAST(:qualities AS text[]), CAST(:quality_factors AS float8[])) AS q (quality, factor)
), half_lives AS (
    SELECT * FROM unnest(CAST(:claims AS text[]), CAST(:half_lives AS float8[])) AS h (claim, days)
), said AS (
    -- Every observation up to the day, in order of time, with its weight before age and contradiction; whoever said it is the
    -- device when anonymous, else the reporter.
    SELECT o.space_id, o.claim, o.source_kind, h.days AS half_life, d.day,
           w.weight * coalesce(r.reliability, 1) * q.factor AS strength,
           o.source_kind = 'anonymous' AS anonymous,
           CASE WHEN o.source_kind = 'anonymous' THEN coalesce(nullif(o.cluster_key, ''), o.reporter) ELSE o.reporter END AS who,
           row_number() OVER (PARTITION BY o.space_id ORDER BY least(o.observed_at, o.submitted_at), o.submitted_at, o.id) AS n
    FROM observations o
    CROSS JOIN LATERAL (SELECT (least(o.observed_at, o.submitted_at) AT TIME ZONE 'utc')::date AS day) d
    JOIN weights w USING (source_kind) JOIN qualities q USING (quality) JOIN half_lives h USING (claim)
    LEFT JOIN reporters r ON r.reporter = o.reporter
    WHERE o.state = 'counted' AND d.day <= CAST(:on AS date)
      AND (CAST(:spaces AS uuid[]) IS NULL OR o.space_id = ANY (CAST(:spaces AS uuid[])))
), claimed AS (
    SELECT s.*, last_value(claim) OVER (PARTITION BY space_id, anonymous, who ORDER BY n
               ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS last_claim
    FROM said s WHERE claim <> 'unsure'
), votes AS (
    -- What everybody said since last changing the claim.
    SELECT * FROM (
        SELECT c.*, max(n) FILTER (WHERE claim <> last_claim) OVER (PARTITION BY space_id, anonymous, who) AS changed_after
        FROM claimed c) c
    WHERE changed_after IS NULL OR n > changed_after
), against AS (
    -- The strongest later contradiction of every other reporter.
    SELECT v.space_id, v.n, c.anonymous, c.who, max(c.strength) AS strength
    FROM votes v JOIN votes c ON c.space_id = v.space_id AND c.claim <> v.claim AND c.n > v.n
    GROUP BY v.space_id, v.n, c.anonymous, c.who
), contradiction AS (
    SELECT space_id, n, coalesce(sum(strength) FILTER (WHERE NOT anonymous), 0)
               + least(CAST(:anonymous_cap AS float8), coalesce(sum(strength) FILTER (WHERE anonymous), 0)) AS k
    FROM against GROUP BY space_id, n
), newest_vote AS (
    SELECT space_id, max(day) AS day FROM votes GROUP BY space_id
), strongest AS (
    -- One vote for each reporter: the observation of greatest weight on the day of the newest one. Which one that is does not
    -- change with time, since all of a reporter's decay alike.
    SELECT DISTINCT ON (v.space_id, v.anonymous, v.who) v.space_id, v.claim, v.anonymous, v.half_life, e.weight
    FROM votes v JOIN newest_vote t USING (space_id) LEFT JOIN contradiction k ON k.space_id = v.space_id AND k.n = v.n
    CROSS JOIN LATERAL (SELECT v.strength * power(0.5::float8, least(CAST(:supersession_limit AS float8), coalesce(k.k, 0)))
                               * power(2::float8, greatest(-400, (v.day - t.day) / v.half_life)) AS weight) e
    ORDER BY v.space_id, v.anonymous, v.who, e.weight DESC, v.n DESC
), sums AS (
    SELECT space_id, claim, half_life, coalesce(sum(weight) FILTER (WHERE NOT anonymous), 0) AS named,
           coalesce(sum(weight) FILTER (WHERE anonymous), 0) AS unnamed
    FROM strongest GROUP BY space_id, claim, half_life
), masses AS (
    -- On the day itself, and on the day of the newest vote, which alone can raise `gone_pending`.
    SELECT s.space_id, m.at_newest,
           coalesce(sum(m.mass) FILTER (WHERE s.claim = 'vacant'), 0) AS vacant,
           coalesce(sum(m.mass) FILTER (WHERE s.claim = 'occupied'), 0) AS occupied,
           coalesce(sum(m.mass) FILTER (WHERE s.claim = 'gone'), 0) AS gone
    FROM sums s JOIN newest_vote t USING (space_id)
    CROSS JOIN LATERAL (VALUES (true, 1::float8), (false, power(2::float8, greatest(-400, (t.day - CAST(:on AS date)) / s.half_life)))) f (at_newest, factor)
    CROSS JOIN LATERAL (SELECT f.at_newest, s.named * f.factor + least(CAST(:anonymous_cap AS float8), s.unnamed * f.factor) AS mass) m
    GROUP BY s.space_id, m.at_newest
), shares AS (
    SELECT m.*, mass, (vacant + :prior) / (mass + 3 * :prior) AS p_vacant, (occupied + :prior) / (mass + 3 * :prior) AS p_occupied,
           (gone + :prior) / (mass + 3 * :prior) AS p_gone
    FROM masses m CROSS JOIN LATERAL (SELECT m.vacant + m.occupied + m.gone AS mass) t
), raised AS (
    SELECT space_id, mass >= :mass_confirmed - :tolerance AND p_gone >= :p_confirmed - :tolerance
               AND p_gone > p_vacant AND p_gone > p_occupied AS gone
    FROM shares WHERE at_newest
), newest AS (
    SELECT DISTINCT ON (space_id) space_id, day, half_life FROM said
    WHERE claim <> 'unsure' AND strength >= :informative - :tolerance
    ORDER BY space_id, n DESC
), confirmed AS (
    SELECT DISTINCT ON (space_id, claim) space_id, claim, day, source_kind FROM said
    WHERE claim <> 'unsure' AND strength >= :informative - :tolerance
    ORDER BY space_id, claim, n DESC
), counts AS (
    SELECT space_id, count(*) AS observation_count FROM said GROUP BY space_id
), found AS (
    SELECT s.id AS space_id, s.slug, s.status_from, s.status_codes, s.band_codes,
           s.record_state = 'archived' AND coalesce(r.gone, false) AS gone_confirmed, coalesce(r.gone, false) AS gone_raised,
           coalesce(h.mass, 0) AS mass, coalesce(h.p_vacant, 1 / 3::float8) AS p_vacant,
           coalesce(h.p_occupied, 1 / 3::float8) AS p_occupied, coalesce(h.p_gone, 1 / 3::float8) AS p_gone,
           coalesce(c.observation_count, 0) AS observation_count,
           CASE WHEN n.space_id IS NOT NULL THEN power(2::float8, greatest(-400, (n.day - CAST(:on AS date)) / n.half_life)) END AS freshness
    FROM spaces s
    LEFT JOIN shares h ON h.space_id = s.id AND NOT h.at_newest
    LEFT JOIN raised r ON r.space_id = s.id
    LEFT JOIN newest n ON n.space_id = s.id
    LEFT JOIN counts c ON c.space_id = s.id
    WHERE CAST(:spaces AS uuid[]) IS NULL OR s.id = ANY (CAST(:spaces AS uuid[]))
), ruled AS (
    SELECT f.*,
           CASE
               WHEN f.gone_confirmed THEN 'gone'
               WHEN f.mass < :mass_probable - :tolerance THEN 'unverified'
               WHEN f.mass >= :mass_confirmed - :tolerance AND top >= :p_confirmed - :tolerance AND f.p_vacant = top
                   THEN 'confirmed_vacant'
               WHEN f.mass >= :mass_confirmed - :tolerance AND top >= :p_confirmed - :tolerance AND f.p_occupied = top
                   THEN 'confirmed_occupied'
               WHEN f.mass >= :mass_confirmed - :tolerance AND top >= :p_confirmed - :tolerance AND f.gone_raised
                   THEN 'gone_pending'
               WHEN f.mass >= :mass_confirmed - :tolerance
                    AND f.p_vacant + f.p_occupied + f.p_gone - top - least(f.p_vacant, f.p_occupied, f.p_gone)
                        >= :p_disputed - :tolerance
                   THEN 'disputed'
               WHEN f.p_vacant >= :p_probable - :tolerance THEN 'probable_vacant'
               WHEN f.p_occupied >= :p_probable - :tolerance THEN 'probable_occupied'
               ELSE 'unverified'
           END AS status,
           CASE
               WHEN f.freshness IS NULL THEN 'none'
               WHEN f.freshness >= :fresh_from - :tolerance THEN 'fresh'
               WHEN f.freshness >= :ageing_from - :tolerance THEN 'ageing'
               ELSE 'stale'
           END AS band,
           CASE WHEN f.p_vacant = top THEN 'vacant' WHEN f.p_occupied = top THEN 'occupied' ELSE 'gone' END AS leading
    FROM found f CROSS JOIN LATERAL (SELECT greatest(f.p_vacant, f.p_occupied, f.p_gone) AS top) t
)
SELECT r.space_id, r.slug, r.status, r.band, r.p_vacant, r.p_occupied, r.p_gone, r.mass, coalesce(r.freshness, 0) AS freshness,
       r.observation_count, c.day AS last_confirmed_on, c.source_kind AS last_source_kind,
       r.status_codes[greatest(1, width_bucket(CAST(:on AS date), r.status_from))] AS shown_status,
       r.band_codes[greatest(1, width_bucket(CAST(:on AS date), r.status_from))] AS shown_band
FROM ruled r LEFT JOIN confirmed c ON c.space_id = r.space_id AND c.claim = r.leading

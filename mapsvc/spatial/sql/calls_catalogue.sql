-- spatial/sql/calls_catalogue.sql
-- Public calls, those that close last first.
SELECT c.id, c.code, c.title, c.summary, c.state, c.opens_on, c.closes_on, c.demonstration,
       (SELECT count(*) FROM public_lots l WHERE l.call_id = c.id) AS lots
FROM public_calls c
WHERE true {conditions}
ORDER BY CASE WHEN :words = '' THEN 0 ELSE -word_similarity(mapsvc_fold(:words), mapsvc_fold(c.title::text)) END,
         c.closes_on DESC NULLS LAST, c.code
LIMIT :limit OFFSET :offset

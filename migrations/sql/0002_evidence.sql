-- How reliable reporters have shown to be: checks by officers and owners uphold or overrule what was said before them.
-- The tallies follow from the adjudicated observations (mapsvc.domain.reporters); nothing public reads this table.

CREATE TABLE reporters (
    reporter text PRIMARY KEY,
    upheld double precision NOT NULL DEFAULT 0 CHECK (upheld >= 0),
    overruled double precision NOT NULL DEFAULT 0 CHECK (overruled >= 0),
    reliability double precision NOT NULL CHECK (reliability BETWEEN 0.5 AND 1.5),
    reckoned_on date NOT NULL,
    -- Whether spaces elsewhere still show what followed from the reliability of before.
    waiting boolean NOT NULL DEFAULT false
);
-- Usage: the job reckon-reporters.
CREATE INDEX reporters_waiting ON reporters (reporter) WHERE waiting;

ALTER TABLE observations
    ADD adjudication text NOT NULL DEFAULT 'none' CHECK (adjudication IN ('none', 'upheld', 'overruled')),
    ADD adjudicated_on date,
    ADD CONSTRAINT observations_adjudicated_day CHECK ((adjudication = 'none') = (adjudicated_on IS NULL));
-- Usage: the tallies of a reporter, and the spaces that a changed reliability concerns.
CREATE INDEX observations_reporter ON observations (reporter);

-- How reliable reporters have shown to be: checks by officers and owners uphold or overrule what was said before them.

CREATE TABLE reporters (
    reporter text PRIMARY KEY,
    upheld double precision NOT NULL DEFAULT 0 CHECK (upheld >= 0),
    overruled double precision NOT NULL DEFAULT 0 CHECK (overruled >= 0),
    reliability double precision NOT NULL CHECK (reliability BETWEEN 0.5 AND 1.5),
    reckoned_on date NOT NULL
);

ALTER TABLE observations
    ADD adjudication text NOT NULL DEFAULT 'none' CHECK (adjudication IN ('none', 'upheld', 'overruled')),
    ADD adjudicated_by uuid REFERENCES observations;
-- Usage: the tallies of a reporter.
CREATE INDEX observations_adjudicated ON observations (reporter) WHERE adjudication <> 'none';

-- Public calls from the first draft to the contract: definition, applications, scores, runs of the matching, awards.

ALTER TABLE role_grants DROP CONSTRAINT role_grants_role_check;
ALTER TABLE role_grants ADD CONSTRAINT role_grants_role_check CHECK (role IN ('administrator', 'officer', 'director', 'moderator',
    'curator', 'member', 'collective_rep', 'trust_broker', 'auditor'));

ALTER TABLE calls
    -- The area of the office that runs the call; without one, the whole deployment.
    ADD COLUMN area_id uuid REFERENCES areas,
    ADD COLUMN kind text NOT NULL DEFAULT 'temporary_use'
        CHECK (kind IN ('temporary_use', 'commons_pact', 'residency', 'concession', 'continuous_window')),
    ADD COLUMN office text NOT NULL DEFAULT '',
    -- What the rules of the call are, as JSON of domain.call_definitions: it cannot change after the opening.
    ADD COLUMN definition jsonb NOT NULL DEFAULT '{}',
    -- The present dates by step; an extension changes them, with a reason in call_events.
    ADD COLUMN timeline jsonb NOT NULL DEFAULT '{}',
    ADD COLUMN closes_at timestamptz,
    -- Everything that was published at the opening in canonical JSON, with its hash.
    ADD COLUMN frozen text,
    ADD COLUMN frozen_sha256 text CHECK (frozen_sha256 ~ '^[0-9a-f]{64}$'),
    ADD COLUMN draw_description text NOT NULL DEFAULT '',
    ADD COLUMN seed_commitment text CHECK (seed_commitment ~ '^[0-9a-f]{64}$'),
    ADD COLUMN lottery_seed text,
    ADD COLUMN state_before text,
    ADD COLUMN created_by integer REFERENCES users,
    ADD COLUMN approved_by integer REFERENCES users,
    -- Who looked at the norms, and when.
    ADD COLUMN legal_checked_by integer REFERENCES users,
    ADD COLUMN legal_checked_at timestamptz,
    ADD COLUMN copied_from uuid REFERENCES calls,
    ADD COLUMN version integer NOT NULL DEFAULT 1,
    ADD CONSTRAINT calls_frozen CHECK ((frozen IS NULL) = (frozen_sha256 IS NULL)),
    ADD CONSTRAINT calls_legal_check CHECK ((legal_checked_by IS NULL) = (legal_checked_at IS NULL)),
    -- Nobody approves what they wrote themselves.
    ADD CONSTRAINT calls_four_eyes CHECK (approved_by IS NULL OR approved_by <> created_by);

ALTER TABLE lots
    -- One of several units of shared premises; the others have the same space.
    ADD COLUMN unit text,
    ADD COLUMN capacity integer NOT NULL DEFAULT 1 CHECK (capacity BETWEEN 1 AND 1000),
    -- {"seats": n, "rule": {...}, "label": {...}} as domain.call_definitions reads it.
    ADD COLUMN reserve jsonb,
    -- Facts that hold for this lot instead of those of the space, such as the area of a unit.
    ADD COLUMN overrides jsonb NOT NULL DEFAULT '{}',
    ADD COLUMN pre_access_from date,
    ADD COLUMN withdrawn_at timestamptz,
    ADD COLUMN withdrawn_reason text,
    ADD CONSTRAINT lots_withdrawn CHECK ((withdrawn_at IS NULL) = (withdrawn_reason IS NULL));

-- Usage: the job that closes calls.
CREATE INDEX calls_due ON calls (closes_at) WHERE state = 'open';

-- What was published at the opening cannot change, whoever writes; dates move by an extension, which `frozen` does not
-- follow, so that the notice as it was stays readable. The seed is noted once.
CREATE FUNCTION mapsvc_call_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.frozen IS NOT NULL AND (NEW.code, NEW.kind, NEW.title, NEW.office, NEW.definition, NEW.frozen, NEW.frozen_sha256,
        NEW.draw_description, NEW.seed_commitment) IS DISTINCT FROM (OLD.code, OLD.kind, OLD.title, OLD.office,
        OLD.definition, OLD.frozen, OLD.frozen_sha256, OLD.draw_description, OLD.seed_commitment) THEN
        RAISE EXCEPTION 'the call is open, its definition cannot change' USING ERRCODE = 'check_violation',
            CONSTRAINT = 'calls_stand';
    END IF;
    IF OLD.lottery_seed IS NOT NULL AND NEW.lottery_seed IS DISTINCT FROM OLD.lottery_seed THEN
        RAISE EXCEPTION 'the seed of the lottery was published' USING ERRCODE = 'check_violation',
            CONSTRAINT = 'calls_seed_stands';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER calls_stand BEFORE UPDATE ON calls FOR EACH ROW EXECUTE FUNCTION mapsvc_call_stands();

-- Lots of an open call neither come nor go nor change; one can be withdrawn. The space may become another record of the
-- same place when records are joined.
CREATE FUNCTION mapsvc_lot_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF (NEW.call_id, NEW.number, NEW.starts_on, NEW.ends_on, NEW.unit, NEW.capacity, NEW.reserve, NEW.overrides,
            NEW.pre_access_from) IS NOT DISTINCT FROM (OLD.call_id, OLD.number, OLD.starts_on, OLD.ends_on, OLD.unit,
            OLD.capacity, OLD.reserve, OLD.overrides, OLD.pre_access_from) THEN
            RETURN NEW;
        END IF;
    END IF;
    IF EXISTS (SELECT FROM calls c WHERE c.frozen IS NOT NULL
        AND c.id = CASE WHEN TG_OP = 'INSERT' THEN NEW.call_id ELSE OLD.call_id END) THEN
        RAISE EXCEPTION 'the call is open, its lots cannot change' USING ERRCODE = 'check_violation',
            CONSTRAINT = 'lots_stand';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER lots_stand BEFORE INSERT OR UPDATE OR DELETE ON lots FOR EACH ROW EXECUTE FUNCTION mapsvc_lot_stands();

-- What happened to a call, for everybody to see.
CREATE TABLE call_events (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    call_id uuid NOT NULL REFERENCES calls,
    at timestamptz NOT NULL,
    action text NOT NULL CHECK (action <> ''),
    state text NOT NULL,
    -- A public reason or note, as it was written.
    note text NOT NULL DEFAULT '',
    details jsonb NOT NULL DEFAULT '{}',
    user_id integer REFERENCES users
);
-- Usage: the timeline of a call.
CREATE INDEX call_events_call ON call_events (call_id, at, id);

CREATE TABLE applications (
    id uuid PRIMARY KEY,
    call_id uuid NOT NULL REFERENCES calls,
    -- A group without a record gets one when it sends its application for the first time.
    collective_id uuid REFERENCES collectives,
    -- The pseudonym under which lists are published, given when it is submitted; it says nothing about the order of arrival.
    code text CHECK (code ~ '^APP-[0-9]{4,6}$'),
    state text NOT NULL DEFAULT 'draft' CHECK (state IN ('draft', 'submitted', 'integration_requested', 'admitted', 'inadmissible',
        'scored', 'below_threshold', 'matched', 'waiting', 'unmatched', 'offered', 'accepted', 'declined', 'expired', 'contracted',
        'withdrawn')),
    lang text NOT NULL,
    -- An account, where one filed it; a broker files on behalf.
    filed_by integer REFERENCES users,
    on_behalf boolean NOT NULL DEFAULT false,
    contact_id uuid REFERENCES contacts,
    -- The hash of the secret of the private link, with which the application is taken up again.
    token_hash text NOT NULL UNIQUE,
    -- What the group writes at the moment, JSON of domain.application_drafts. Sending it fills the fields below; whoever
    -- decides reads those only.
    working jsonb NOT NULL DEFAULT '{}',
    needs jsonb NOT NULL DEFAULT '{}',
    -- Title, summary, programme, commitments, indicators, shares of themes: JSON of domain.projects.
    project jsonb NOT NULL DEFAULT '{}',
    facts jsonb NOT NULL DEFAULT '{}',
    declarations text[] NOT NULL DEFAULT '{}',
    accepts_other_lots boolean NOT NULL DEFAULT false,
    accepts_upgrade boolean NOT NULL DEFAULT true,
    -- What was sent, in canonical JSON; its hash is on the receipt.
    content text,
    receipt text UNIQUE,
    receipt_sha256 text CHECK (receipt_sha256 ~ '^[0-9a-f]{64}$'),
    submitted_at timestamptz,
    decision_reason text,
    decision_norm text,
    decided_by integer REFERENCES users,
    decided_at timestamptz,
    -- Millionths of one; known when all sheets are signed.
    merit_micro integer CHECK (merit_micro BETWEEN 0 AND 1000000),
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    version integer NOT NULL DEFAULT 1,
    UNIQUE (call_id, code),
    CHECK (state = 'draft' OR state = 'withdrawn'
        OR (collective_id IS NOT NULL AND code IS NOT NULL AND receipt IS NOT NULL AND submitted_at IS NOT NULL))
);
-- A collective applies once in a call.
CREATE UNIQUE INDEX applications_one ON applications (call_id, collective_id) WHERE state <> 'withdrawn';
-- Usage: the applications of a collective.
CREATE INDEX applications_collective ON applications (collective_id);
-- Usage: the applications that an account filed.
CREATE INDEX applications_filed_by ON applications (filed_by) WHERE filed_by IS NOT NULL;

-- The ranking: strict, each lot once.
CREATE TABLE application_lots (
    application_id uuid NOT NULL REFERENCES applications ON DELETE CASCADE,
    lot_id uuid NOT NULL REFERENCES lots,
    rank integer NOT NULL CHECK (rank > 0),
    PRIMARY KEY (application_id, lot_id),
    UNIQUE (application_id, rank) DEFERRABLE INITIALLY DEFERRED
);
-- Usage: who listed a lot.
CREATE INDEX application_lots_lot ON application_lots (lot_id);

CREATE TABLE application_documents (
    id uuid PRIMARY KEY,
    application_id uuid NOT NULL REFERENCES applications ON DELETE CASCADE,
    kind text NOT NULL CHECK (kind <> ''),
    name text NOT NULL CHECK (name <> ''),
    media_type text NOT NULL,
    bytes integer NOT NULL CHECK (bytes > 0),
    sha256 text NOT NULL,
    receipt text NOT NULL,
    received_at timestamptz NOT NULL,
    -- When it reached the office, with a submission or an answer.
    sent_at timestamptz,
    removed_at timestamptz
);
-- Usage: the documents of an application.
CREATE INDEX application_documents_application ON application_documents (application_id);

-- What the office asked to be completed, and the answer.
CREATE TABLE integration_requests (
    id uuid PRIMARY KEY,
    application_id uuid NOT NULL REFERENCES applications ON DELETE CASCADE,
    asked text NOT NULL CHECK (asked <> ''),
    due_on date NOT NULL,
    asked_by integer REFERENCES users,
    asked_at timestamptz NOT NULL,
    answer text,
    answered_at timestamptz
);
-- Usage: the requests of an application; one is open at a time.
CREATE UNIQUE INDEX integration_requests_open ON integration_requests (application_id) WHERE answered_at IS NULL;

-- What an officer found for a rule of eligibility where the figures alone do not tell (domain.eligibility names the rules).
CREATE TABLE admissibility_checks (
    application_id uuid NOT NULL REFERENCES applications ON DELETE CASCADE,
    rule text NOT NULL CHECK (rule <> ''),
    state text NOT NULL CHECK (state IN ('pass', 'fail')),
    note text NOT NULL CHECK (note <> ''),
    user_id integer REFERENCES users,
    at timestamptz NOT NULL,
    PRIMARY KEY (application_id, rule)
);

CREATE TABLE committee_members (
    call_id uuid NOT NULL REFERENCES calls,
    user_id integer NOT NULL REFERENCES users,
    chair boolean NOT NULL DEFAULT false,
    added_by integer REFERENCES users,
    added_at timestamptz NOT NULL,
    PRIMARY KEY (call_id, user_id)
);
CREATE UNIQUE INDEX committee_members_chair ON committee_members (call_id) WHERE chair;

-- A member who is near to a group does not score it.
CREATE TABLE conflicts_of_interest (
    application_id uuid NOT NULL REFERENCES applications ON DELETE CASCADE,
    user_id integer NOT NULL REFERENCES users,
    reason text NOT NULL CHECK (reason <> ''),
    declared_at timestamptz NOT NULL,
    PRIMARY KEY (application_id, user_id)
);

-- One member's sheet for one application: points and reasons by criterion, JSON of domain.scores; unchangeable once signed.
CREATE TABLE score_sheets (
    application_id uuid NOT NULL REFERENCES applications ON DELETE CASCADE,
    user_id integer NOT NULL REFERENCES users,
    points jsonb NOT NULL DEFAULT '{}',
    signed_at timestamptz,
    signed_sha256 text,
    updated_at timestamptz NOT NULL,
    version integer NOT NULL DEFAULT 1,
    PRIMARY KEY (application_id, user_id),
    CHECK ((signed_at IS NULL) = (signed_sha256 IS NULL))
);
-- Whoever writes: a signed sheet stays as it is, and a sheet belongs to a member of this committee who is not too near.
CREATE FUNCTION score_sheets_keep_signed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a signed score sheet cannot change' USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER score_sheets_keep_signed BEFORE UPDATE OR DELETE ON score_sheets FOR EACH ROW
    WHEN (OLD.signed_at IS NOT NULL) EXECUTE FUNCTION score_sheets_keep_signed();
CREATE FUNCTION score_sheets_of_reviewers() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM committee_members m JOIN applications a ON a.call_id = m.call_id
                   WHERE a.id = NEW.application_id AND m.user_id = NEW.user_id)
       OR EXISTS (SELECT FROM conflicts_of_interest c WHERE c.application_id = NEW.application_id AND c.user_id = NEW.user_id) THEN
        RAISE EXCEPTION 'this person does not score this application' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER score_sheets_of_reviewers BEFORE INSERT OR UPDATE ON score_sheets FOR EACH ROW
    EXECUTE FUNCTION score_sheets_of_reviewers();

-- An owner's order of all admitted applications of a lot, given before scores are shown.
CREATE TABLE owner_ranks (
    lot_id uuid NOT NULL REFERENCES lots,
    application_id uuid NOT NULL REFERENCES applications ON DELETE CASCADE,
    rank integer NOT NULL CHECK (rank > 0),
    noted_by integer REFERENCES users,
    noted_at timestamptz NOT NULL,
    PRIMARY KEY (lot_id, application_id)
);

-- What officers decide before a run (matching 3.9); it counts once a second person signed it.
CREATE TABLE match_locks (
    id uuid PRIMARY KEY,
    call_id uuid NOT NULL REFERENCES calls,
    kind text NOT NULL CHECK (kind IN ('require', 'forbid', 'hold_out', 'exclude')),
    application_id uuid REFERENCES applications,
    lot_id uuid REFERENCES lots,
    reason_code text NOT NULL,
    norm text NOT NULL DEFAULT '',
    text text NOT NULL CHECK (text <> ''),
    author_id integer NOT NULL REFERENCES users,
    created_at timestamptz NOT NULL,
    signed_by integer REFERENCES users,
    signed_at timestamptz,
    lifted_at timestamptz,
    lifted_by integer REFERENCES users,
    CHECK (signed_by IS NULL OR signed_by <> author_id),
    CHECK ((application_id IS NOT NULL) = (kind IN ('require', 'forbid', 'exclude'))),
    CHECK ((lot_id IS NOT NULL) = (kind IN ('require', 'forbid', 'hold_out')))
);
-- Usage: the locks of a call.
CREATE INDEX match_locks_call ON match_locks (call_id);

CREATE TABLE match_runs (
    id uuid PRIMARY KEY,
    call_id uuid NOT NULL REFERENCES calls,
    kind text NOT NULL CHECK (kind IN ('simulation', 'official', 'rerun')),
    state text NOT NULL DEFAULT 'prepared'
        CHECK (state IN ('prepared', 'frozen', 'computed', 'reviewed', 'adopted', 'superseded', 'discarded')),
    -- What a simulation changed against the rules of the call.
    changes jsonb NOT NULL DEFAULT '{}',
    -- {"result": …, "run": …} in canonical JSON (matching 3.10), and the hashes within.
    snapshot text,
    input_sha256 text,
    result_sha256 text,
    engine_version text NOT NULL,
    git_commit text,
    python_version text NOT NULL,
    -- Applications and lots by the ids of the snapshot.
    ids jsonb NOT NULL DEFAULT '{}',
    -- What the rules said of each listed pair when the run was frozen, and what would let it pass (domain.pair_details).
    pair_details jsonb NOT NULL DEFAULT '{}',
    trace jsonb,
    diagnostics jsonb,
    previous_id uuid REFERENCES match_runs,
    started_by integer REFERENCES users,
    started_at timestamptz NOT NULL,
    duration_ms integer,
    frozen_by integer REFERENCES users,
    frozen_at timestamptz,
    reviewed_by integer REFERENCES users,
    reviewed_at timestamptz,
    -- Why the run stands although missing data could turn it.
    review_note text NOT NULL DEFAULT '',
    adopted_by integer REFERENCES users,
    adopted_at timestamptz,
    act text,
    ended_reason text,
    ended_at timestamptz,
    version integer NOT NULL DEFAULT 1,
    CHECK (kind <> 'simulation' OR state IN ('prepared', 'computed', 'discarded')),
    -- Two people: who froze the input does not adopt the result.
    CHECK (adopted_by IS NULL OR adopted_by <> frozen_by)
);
-- Usage: the runs of a call; and only one of them stands.
CREATE INDEX match_runs_call ON match_runs (call_id, started_at DESC);
CREATE UNIQUE INDEX match_runs_adopted ON match_runs (call_id) WHERE state = 'adopted';
CREATE UNIQUE INDEX match_runs_under_way ON match_runs (call_id) WHERE kind <> 'simulation' AND state IN ('frozen', 'computed', 'reviewed');

-- The steps of domain.match_runs.TRANSITIONS, whoever writes; what was frozen or computed stays as it is.
CREATE FUNCTION mapsvc_run_step() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.state <> OLD.state AND (OLD.state, NEW.state) NOT IN (('prepared', 'frozen'), ('prepared', 'computed'),
            ('prepared', 'discarded'), ('frozen', 'computed'), ('frozen', 'discarded'), ('computed', 'reviewed'),
            ('computed', 'discarded'), ('reviewed', 'adopted'), ('reviewed', 'discarded'), ('adopted', 'superseded')) THEN
        RAISE check_violation USING MESSAGE = 'a run that is ' || OLD.state || ' cannot become ' || NEW.state;
    END IF;
    IF OLD.state <> 'prepared' AND (NEW.call_id, NEW.kind, NEW.input_sha256, NEW.ids, NEW.pair_details, NEW.frozen_by)
            IS DISTINCT FROM (OLD.call_id, OLD.kind, OLD.input_sha256, OLD.ids, OLD.pair_details, OLD.frozen_by) THEN
        RAISE check_violation USING MESSAGE = 'the input of a frozen run cannot change';
    END IF;
    IF OLD.state NOT IN ('prepared', 'frozen') AND (NEW.snapshot, NEW.result_sha256, NEW.trace)
            IS DISTINCT FROM (OLD.snapshot, OLD.result_sha256, OLD.trace) THEN
        RAISE check_violation USING MESSAGE = 'the result of a computed run cannot change';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER match_runs_step BEFORE UPDATE ON match_runs FOR EACH ROW EXECUTE FUNCTION mapsvc_run_step();

-- Who got what in an adopted run, and who waits.
CREATE TABLE assignments (
    id uuid PRIMARY KEY,
    run_id uuid NOT NULL REFERENCES match_runs,
    call_id uuid NOT NULL REFERENCES calls,
    application_id uuid NOT NULL REFERENCES applications,
    lot_id uuid NOT NULL REFERENCES lots,
    basis text NOT NULL CHECK (basis IN ('open', 'reserve', 'lock', 'waiting_list')),
    priority_micro integer NOT NULL,
    rank integer,
    cutoff_micro integer,
    conditional_on text[] NOT NULL DEFAULT '{}',
    verify_by date,
    UNIQUE (run_id, application_id)
);

-- The proposal to a group that was assigned a lot.
CREATE TABLE award_offers (
    id uuid PRIMARY KEY,
    assignment_id uuid NOT NULL REFERENCES assignments,
    call_id uuid NOT NULL REFERENCES calls,
    application_id uuid NOT NULL REFERENCES applications,
    lot_id uuid NOT NULL REFERENCES lots,
    -- Which of the identical seats of the lot, from 1.
    seat integer NOT NULL CHECK (seat > 0),
    state text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'accepted', 'declined', 'expired', 'revoked', 'signed')),
    sent_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    answered_at timestamptz,
    -- Why it ended, where it was not the group that said no.
    ending text CHECK (ending IN ('office', 'condition', 'lot_withdrawn', 'upgrade', 'rerun')),
    reason text,
    decided_by integer REFERENCES users,
    version integer NOT NULL DEFAULT 1,
    CHECK ((state = 'pending') = (answered_at IS NULL)),
    CHECK ((state = 'revoked') = (ending IS NOT NULL))
);
-- A seat is never awarded twice, and a group never holds two.
CREATE UNIQUE INDEX award_offers_seat ON award_offers (lot_id, seat) WHERE state IN ('pending', 'accepted', 'signed');
CREATE UNIQUE INDEX award_offers_application ON award_offers (application_id) WHERE state IN ('pending', 'accepted', 'signed');
-- Usage: the offers of a call.
CREATE INDEX award_offers_call ON award_offers (call_id, sent_at);

-- The steps of domain.awards.TRANSITIONS, whoever writes; a seat is one of the lot's, and an answer comes in time.
CREATE FUNCTION mapsvc_award_step() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.seat > (SELECT capacity FROM lots WHERE id = NEW.lot_id) THEN
            RAISE check_violation USING MESSAGE = 'the lot has no such seat';
        END IF;
    ELSIF NEW.state <> OLD.state THEN
        IF NOT (OLD.state = 'pending' AND NEW.state IN ('accepted', 'declined', 'expired', 'revoked')
                OR OLD.state = 'accepted' AND NEW.state IN ('signed', 'declined', 'revoked')) THEN
            RAISE check_violation USING MESSAGE = 'an offer that is ' || OLD.state || ' cannot become ' || NEW.state;
        END IF;
        IF NEW.state = 'accepted' AND NEW.answered_at >= OLD.expires_at THEN
            RAISE check_violation USING MESSAGE = 'the time of the offer is over';
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER award_offers_step BEFORE INSERT OR UPDATE ON award_offers FOR EACH ROW EXECUTE FUNCTION mapsvc_award_step();

-- What somebody found about a rule that an award waits for.
CREATE TABLE award_conditions (
    application_id uuid NOT NULL REFERENCES applications,
    lot_id uuid NOT NULL REFERENCES lots,
    rule text NOT NULL CHECK (rule <> ''),
    met boolean NOT NULL,
    note text NOT NULL DEFAULT '',
    decided_by integer REFERENCES users,
    decided_at timestamptz NOT NULL,
    PRIMARY KEY (application_id, lot_id, rule)
);

-- The reports of taking premises over and of giving them back.
CREATE TABLE handovers (
    offer_id uuid NOT NULL REFERENCES award_offers,
    kind text NOT NULL CHECK (kind IN ('handover', 'return')),
    done_on date NOT NULL,
    keys integer NOT NULL CHECK (keys BETWEEN 0 AND 1000),
    meters text NOT NULL DEFAULT '',
    report text NOT NULL CHECK (report <> ''),
    noted_by integer REFERENCES users,
    noted_at timestamptz NOT NULL,
    PRIMARY KEY (offer_id, kind)
);

-- What groups object to the provisional list, and the answer.
CREATE TABLE call_observations (
    id uuid PRIMARY KEY,
    call_id uuid NOT NULL REFERENCES calls,
    application_id uuid NOT NULL REFERENCES applications,
    text text NOT NULL CHECK (text <> ''),
    received_at timestamptz NOT NULL,
    answer text,
    answered_by integer REFERENCES users,
    answered_at timestamptz
);

-- Usage: the observations of a call for its office, and those of a group on its private page.
CREATE INDEX call_observations_call ON call_observations (call_id, received_at);

-- The lists of a call as they were published: canonical JSON with codes only, with its hash. What was published stands.
CREATE TABLE call_results (
    id uuid PRIMARY KEY,
    call_id uuid NOT NULL REFERENCES calls,
    run_id uuid NOT NULL REFERENCES match_runs,
    kind text NOT NULL CHECK (kind IN ('provisional', 'final', 'waiting_list')),
    published_at timestamptz NOT NULL,
    content text NOT NULL,
    sha256 text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$')
);
-- Usage: the newest list of a call.
CREATE INDEX call_results_call ON call_results (call_id, published_at DESC);
CREATE FUNCTION mapsvc_result_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE check_violation USING MESSAGE = 'a published list cannot change';
END $$;
CREATE TRIGGER call_results_stand BEFORE UPDATE ON call_results FOR EACH ROW EXECUTE FUNCTION mapsvc_result_stands();

-- Where a pact began, for how long it holds, and what the group bound itself to in its application (JSON of domain.needs).
ALTER TABLE pacts
    ADD COLUMN call_id uuid REFERENCES calls,
    ADD COLUMN lot_id uuid REFERENCES lots,
    ADD COLUMN application_id uuid REFERENCES applications,
    ADD COLUMN space_id uuid REFERENCES spaces,
    ADD COLUMN starts_on date,
    ADD COLUMN ends_on date,
    ADD COLUMN signed_on date,
    ADD COLUMN act text,
    ADD COLUMN ceilings jsonb NOT NULL DEFAULT '{}',
    ADD COLUMN commitments text[] NOT NULL DEFAULT '{}',
    ADD CONSTRAINT pacts_term CHECK (starts_on < ends_on);
-- One contract for each application.
CREATE UNIQUE INDEX pacts_application ON pacts (application_id) WHERE application_id IS NOT NULL;

ALTER TABLE collectives
    -- Whether it wants to be told of new spaces that fit.
    ADD COLUMN alerts boolean NOT NULL DEFAULT false,
    ADD COLUMN members_under_30 integer CHECK (members_under_30 >= 0),
    ADD COLUMN members_under_35 integer CHECK (members_under_35 >= 0),
    -- Tax code or number in a register, for the office.
    ADD COLUMN legal_id text NOT NULL DEFAULT '',
    ADD COLUMN website text,
    ADD COLUMN trust text NOT NULL DEFAULT 'new' CHECK (trust IN ('new', 'verified_identity', 'verified_by_broker')),
    ADD COLUMN state_reason text,
    -- When somebody last spoke for it, and when it was asked whether it still exists.
    ADD COLUMN heard_at timestamptz,
    ADD COLUMN noticed_at timestamptz,
    ADD COLUMN created_by integer REFERENCES users;
UPDATE collectives SET trust = 'verified_identity' WHERE state = 'verified';
-- Usage: the job that asks who was silent for a year.
CREATE INDEX collectives_silent ON collectives (coalesce(heard_at, created_at)) WHERE state IN ('active', 'verified');

-- What organisations of the neighbourhood say for a collective.
CREATE TABLE collective_endorsements (
    id uuid PRIMARY KEY,
    collective_id uuid NOT NULL REFERENCES collectives ON DELETE CASCADE,
    organisation text NOT NULL CHECK (organisation <> ''),
    text text NOT NULL CHECK (text <> ''),
    user_id integer REFERENCES users,
    created_at timestamptz NOT NULL
);
-- Usage: the endorsements of a collective.
CREATE INDEX collective_endorsements_collective ON collective_endorsements (collective_id, created_at DESC);

-- Which spaces a collective was told of, so that each is told once.
CREATE TABLE fit_alerts (
    collective_id uuid NOT NULL REFERENCES collectives ON DELETE CASCADE,
    space_id uuid NOT NULL REFERENCES spaces ON DELETE CASCADE,
    told_at timestamptz NOT NULL,
    PRIMARY KEY (collective_id, space_id)
);

-- Indicators and what they say of areas (domain.md 2.12).
CREATE TABLE indicators (
    code text PRIMARY KEY CHECK (code ~ '^[a-z][a-z0-9_]{1,60}$'),
    name jsonb NOT NULL,
    about jsonb NOT NULL DEFAULT '{}',
    -- The theme of a project that it speaks to.
    theme text NOT NULL DEFAULT 'general',
    kind text NOT NULL DEFAULT 'need' CHECK (kind IN ('context', 'need', 'activity', 'output', 'outcome', 'impact')),
    unit text NOT NULL DEFAULT '',
    higher_is_need boolean NOT NULL DEFAULT true,
    -- The published weight in the need index; 0 leaves it out.
    weight integer NOT NULL DEFAULT 1 CHECK (weight BETWEEN 0 AND 100),
    min_group_size integer NOT NULL DEFAULT 5 CHECK (min_group_size >= 0),
    method text NOT NULL DEFAULT '',
    source_id integer NOT NULL REFERENCES sources,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    version integer NOT NULL DEFAULT 1
);
CREATE TABLE indicator_values (
    indicator text NOT NULL REFERENCES indicators ON DELETE CASCADE,
    area_id uuid NOT NULL REFERENCES areas,
    period text NOT NULL,
    value double precision NOT NULL,
    -- Of how many people or units it speaks; null where it counts none.
    n integer CHECK (n >= 0),
    status text NOT NULL DEFAULT 'final' CHECK (status IN ('provisional', 'final', 'revised')),
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (indicator, area_id, period)
);

"""The part of the inventory of personal data about collectives and calls: who applied, who judged, who got what.

How a line is read is in `holdings`, the whole inventory in `personal_data`.
"""

from mapsvc.domain.holdings import Holding
from mapsvc.domain.holdings import words as _words
from mapsvc.domain.retention import Keep

OF_CALLS = (
    Holding(
        "collectives",
        personal=_words("name story needs anchor search_text legal_id website state_reason"),
        own=_words("created_by"),
        plain=_words(
            "id slug original_lang form disciplines members_count members_under_30 members_under_35 trust alerts state"
            " heard_at noticed_at source_id source_key created_at updated_at version"
        ),
        keep=(Keep.RECORD, Keep.DRAFTS),
        exported=_words(
            "id slug name story original_lang form disciplines members_count members_under_30 members_under_35 legal_id"
            " website needs anchor state state_reason trust alerts created_by created_at heard_at noticed_at"
        ),
    ),
    Holding(
        "collective_endorsements",
        personal=_words("organisation text"),
        own=_words("user_id"),
        plain=_words("id collective_id created_at"),
        keep=(Keep.RECORD,),
    ),
    Holding(
        "fit_alerts",
        own=_words("collective_id"),
        plain=_words("space_id told_at"),
        keep=(Keep.RECORD,),
    ),
    Holding(
        "applications",
        personal=_words("lang needs project facts declarations decision_reason working content"),
        own=_words("collective_id filed_by contact_id"),
        others=_words("decided_by"),
        secret=_words("token_hash"),
        plain=_words(
            "id call_id code state on_behalf accepts_other_lots accepts_upgrade receipt receipt_sha256 submitted_at"
            " decision_norm decided_at merit_micro created_at updated_at version"
        ),
        keep=(Keep.PROCEDURE, Keep.DRAFTS, Keep.WITHDRAWN, Keep.PAPERS),
        # What the committee gave stands in the explanation on the private page, once the result is published.
        exported=_words(
            "id call_id collective_id code state lang filed_by on_behalf contact_id needs project facts declarations"
            " accepts_other_lots accepts_upgrade working content receipt receipt_sha256 submitted_at decision_reason"
            " decision_norm decided_at created_at updated_at"
        ),
    ),
    Holding(
        "application_lots",
        own=_words("application_id"),
        plain=_words("lot_id rank"),
        keep=(Keep.PROCEDURE, Keep.DRAFTS, Keep.WITHDRAWN),
    ),
    Holding(
        "application_documents",
        personal=_words("name sha256"),
        own=_words("application_id"),
        plain=_words("id kind media_type bytes receipt received_at sent_at removed_at"),
        keep=(Keep.PROCEDURE, Keep.DRAFTS, Keep.WITHDRAWN, Keep.PAPERS),
    ),
    Holding(
        "integration_requests",
        personal=_words("asked answer"),
        own=_words("application_id"),
        others=_words("asked_by"),
        plain=_words("id due_on asked_at answered_at"),
        keep=(Keep.PROCEDURE, Keep.WITHDRAWN, Keep.PAPERS),
    ),
    Holding(
        "committee_members",
        own=_words("user_id"),
        others=_words("added_by"),
        plain=_words("call_id chair added_at"),
        keep=(Keep.PROCEDURE,),
    ),
    Holding(
        "conflicts_of_interest",
        personal=_words("reason"),
        own=_words("user_id"),
        # Whom it is about is somebody else: the group does not learn who stood aside, nor its member's reason.
        others=_words("application_id"),
        plain=_words("declared_at"),
        keep=(Keep.PROCEDURE,),
    ),
    Holding(
        "score_sheets",
        personal=_words("points"),
        own=_words("user_id"),
        others=_words("application_id"),
        plain=_words("signed_at signed_sha256 updated_at version"),
        keep=(Keep.PROCEDURE,),
    ),
    Holding(
        "assignments",
        own=_words("application_id"),
        plain=_words(
            "id run_id call_id lot_id basis priority_micro rank cutoff_micro conditional_on verify_by"
        ),
        keep=(Keep.PROCEDURE,),
    ),
    Holding(
        "award_offers",
        personal=_words("reason"),
        own=_words("application_id"),
        others=_words("decided_by"),
        plain=_words("id assignment_id call_id lot_id seat state sent_at expires_at answered_at ending version"),
        keep=(Keep.PROCEDURE,),
    ),
    Holding(
        "award_conditions",
        personal=_words("note"),
        own=_words("application_id"),
        others=_words("decided_by"),
        plain=_words("lot_id rule met decided_at"),
        keep=(Keep.PROCEDURE,),
    ),
    Holding(
        "handovers",
        personal=_words("report"),
        own=_words("offer_id"),
        others=_words("noted_by"),
        plain=_words("kind done_on keys meters noted_at"),
        keep=(Keep.PROCEDURE,),
    ),
    Holding(
        "admissibility_checks",
        personal=_words("note"),
        own=_words("application_id"),
        others=_words("user_id"),
        plain=_words("rule state at"),
        keep=(Keep.PROCEDURE, Keep.PAPERS),
    ),
    Holding(
        "call_observations",
        personal=_words("text answer"),
        own=_words("application_id"),
        others=_words("answered_by"),
        plain=_words("id call_id received_at answered_at"),
        keep=(Keep.PROCEDURE,),
    ),
    Holding(
        "owner_ranks",
        own=_words("application_id"),
        others=_words("noted_by"),
        plain=_words("lot_id rank noted_at"),
        keep=(Keep.PROCEDURE,),
        not_exported="it is part of the explanation on the private page once the result is published",
    ),
    Holding(
        "match_locks",
        personal=_words("text"),
        own=_words("application_id"),
        others=_words("author_id signed_by lifted_by"),
        plain=_words("id call_id kind lot_id reason_code norm created_at signed_at lifted_at"),
        keep=(Keep.PROCEDURE,),
        not_exported="it is part of the explanation on the private page once the result is published",
    ),
    Holding(
        "match_runs",
        personal=_words("changes snapshot pair_details trace diagnostics"),
        own=_words("ids"),
        others=_words("started_by frozen_by reviewed_by adopted_by"),
        plain=_words(
            "id call_id kind state input_sha256 result_sha256 engine_version git_commit python_version previous_id"
            " started_at duration_ms frozen_at reviewed_at review_note adopted_at act ended_reason ended_at version"
        ),
        keep=(Keep.PROCEDURE,),
        not_exported="it is about all groups together, by their codes; each reads its part on its private page",
    ),
    Holding(
        "call_results",
        # Published lists: they hold codes only, and everybody can read them.
        plain=_words("id call_id run_id kind published_at content sha256"),
    ),
    Holding(
        "calls",
        others=_words("created_by approved_by legal_checked_by"),
        plain=_words(
            "id code title summary state opens_on closes_on source_id source_key created_at updated_at area_id kind"
            " office definition timeline closes_at frozen frozen_sha256 draw_description seed_commitment lottery_seed"
            " state_before copied_from legal_checked_at version"
        ),
        keep=(Keep.HISTORY,),
        not_exported="who decided is in the history of the account",
    ),
    Holding(
        "call_events",
        others=_words("user_id"),
        plain=_words("id call_id at action state note details"),
        keep=(Keep.HISTORY,),
        not_exported="who decided is in the history of the account",
    ),
)  # fmt: skip

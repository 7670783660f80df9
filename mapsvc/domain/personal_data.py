"""The inventory of personal data: for every column of every table, what it says about whom, and how long it stays.

A test compares it with the database, so that a new column cannot come in unclassified. The personal export, the notice
for visitors and its table of times are made from it.
"""

from mapsvc.domain.holdings import Holding
from mapsvc.domain.holdings import words as _words
from mapsvc.domain.personal_call_data import OF_CALLS
from mapsvc.domain.personal_living_data import OF_LIVING_RECORDS
from mapsvc.domain.retention import Keep

#: What somebody with an account, an address or a report leaves here.
_OF_PEOPLE = (
    Holding(
        "users",
        personal=_words("email name lang"),
        own=_words("id"),
        secret=_words("password fs_uniquifier"),
        plain=_words("active confirmed_at create_datetime update_datetime demonstration erased_at"),
        keep=(Keep.ACCOUNT, Keep.UNOPENED),
    ),
    Holding(
        "role_grants",
        own=_words("user_id"),
        others=_words("granted_by"),
        plain=_words("id role area_id group_id collective_id granted_at"),
        keep=(Keep.ACCOUNT,),
    ),
    Holding(
        "invitations",
        own=_words("user_id"),
        secret=_words("token_hash"),
        plain=_words("expires_at"),
        keep=(Keep.INVITATIONS,),
    ),
    Holding(
        "observations",
        personal=_words("note device_point accuracy_m"),
        own=_words("reporter cluster_key user_id"),
        plain=_words(
            "id space_id claim source_kind quality observed_at submitted_at state note_state source_id source_key"
            " adjudication adjudicated_on hold_rules decided_at note_at state_reason"
        ),
        keep=(Keep.RECORD, Keep.DEVICE_POINT, Keep.KEYS, Keep.REJECTED),
        exported=_words(
            "id space_id claim source_kind quality observed_at submitted_at state note note_state device_point"
            " accuracy_m reporter cluster_key user_id adjudication decided_at"
        ),
    ),
    Holding(
        "photos",
        personal=_words("alt sha256 image_hash"),
        own=_words("observation_id"),
        plain=_words("id space_id state width height licence created_at version reason decided_at"),
        keep=(Keep.RECORD, Keep.REJECTED),
    ),
    Holding(
        "reporters",
        own=_words("reporter"),
        plain=_words("upheld overruled reliability reckoned_on waiting"),
        keep=(Keep.RECORD, Keep.KEYS),
    ),
    Holding(
        "contacts",
        personal=_words("email lang"),
        own=_words("id"),
        plain=_words("created_at"),
        keep=(Keep.UNUSED,),
    ),
    Holding(
        "follow_links",
        own=_words("observation_id contact_id"),
        secret=_words("token_hash"),
        plain=_words("space_id created_at expires_at purpose used_at"),
        keep=(Keep.LINKS,),
    ),
    Holding(
        "subscriptions",
        own=_words("contact_id"),
        secret=_words("token_hash"),
        plain=_words("id area_id rhythm created_at confirmed_at told_until told_on"),
        keep=(Keep.ACCOUNT, Keep.UNCONFIRMED),
    ),
    Holding(
        "reminders",
        own=_words("contact_id"),
        plain=_words("id space_id due_on sent_at"),
        keep=(Keep.REMINDERS,),
    ),
    Holding(
        "outbox",
        personal=_words("recipient last_error"),
        secret=_words("params"),
        plain=_words("id template lang created_at sent_at attempts held"),
        keep=(Keep.MAILS,),
    ),
    Holding(
        "flags",
        personal=_words("note"),
        own=_words("reporter cluster_key user_id"),
        others=_words("settled_by"),
        plain=_words("id noun record_id area_id kind created_at state settled_at hid_from"),
        keep=(Keep.SETTLED, Keep.KEYS),
    ),
    Holding(
        "appeals",
        personal=_words("text answer"),
        own=_words("observation_id"),
        others=_words("first_decided_by decided_by"),
        plain=_words("id ruling_id space_id created_at state decided_at"),
        keep=(Keep.SETTLED,),
    ),
    Holding(
        "owner_claims",
        personal=_words("public_note proof_text proof_file reason"),
        own=_words("contact_id user_id reporter"),
        others=_words("decided_by unhide_asked_by unhide_agreed_by unhide_refused_by"),
        secret=_words("token_hash"),
        plain=_words("id space_id wish state created_at decided_at precision_before"),
        keep=(Keep.RECORD, Keep.PROOFS),
    ),
    Holding(
        "office_messages",
        personal=_words("note point"),
        own=_words("reporter"),
        others=_words("closed_by"),
        plain=_words("id kind area_id space_id created_at state closed_at"),
        keep=(Keep.MESSAGES,),
    ),
    Holding(
        "groups",
        personal=_words("name about website"),
        own=_words("requested_by"),
        plain=_words("id slug area_id state created_at demonstration version"),
        keep=(Keep.RECORD,),
    ),
    Holding(
        "curated_maps",
        personal=_words("title intro"),
        own=_words("created_by"),
        plain=_words("id slug group_id filters view state created_at updated_at version"),
        keep=(Keep.RECORD,),
    ),
    Holding(
        "import_batches",
        personal=_words("rows"),
        own=_words("created_by"),
        plain=_words("id file_name created_at applied_at state summary"),
        keep=(Keep.PREVIEWS,),
        exported=_words("id file_name created_by created_at applied_at state"),
    ),
    Holding(
        "personal_values",
        personal=_words("value"),
        own=_words("user_id"),
        plain=_words("id noun record_id created_at erased_at"),
        keep=(Keep.HISTORY,),
    ),
    Holding(
        "audit_log",
        own=_words("actor_user_id"),
        plain=_words("id at actor_kind action noun record_id before after reason"),
        keep=(Keep.HISTORY,),
        # What was changed may be about others; that somebody did it is about them.
        exported=_words("at actor_kind action noun record_id"),
    ),
    Holding(
        "spaces",
        personal=_words("owner_note"),
        own=_words("reported_by"),
        plain=_words(
            "id slug name asset_kind owner_type street number floor postcode city_name point footprint"
            " geocode_precision publication_precision features description external_ids record_state state_reason"
            " merged_into availability_state owner_consent status_from status_codes band_codes last_confirmed_on"
            " last_source_kind observation_count next_check_due last_official_check_on area_id public_area_id"
            " published_point published_3857 search_text area_m2 source_id source_key source_url created_at updated_at"
            " version hold_rules frozen_at owner_objection office_precision published_street"
        ),
        keep=(Keep.RECORD, Keep.REJECTED),
        # The rest is the office's knowledge of the place, not what its reporter sent.
        exported=_words("id slug name asset_kind street number floor point record_state created_at reported_by"),
    ),
    Holding(
        "rulings",
        own=_words("record_id"),
        others=_words("decided_by"),
        plain=_words("id space_id subject verdict reason decided_at"),
        keep=(Keep.RECORD,),
    ),
    Holding(
        "merges",
        others=_words("asked_by agreed_by refused_by undone_by"),
        plain=_words("id loser_id survivor_id state choices memory swap_reason asked_at done_at undone_at"),
        keep=(Keep.HISTORY,),
        not_exported="who decided is in the history of the account",
    ),
    Holding(
        "different_places",
        others=_words("judged_by"),
        plain=_words("first_id second_id judged_at"),
        keep=(Keep.HISTORY,),
        not_exported="who decided is in the history of the account",
    ),
    Holding(
        "rate_counters",
        own=_words("key"),
        plain=_words("hits expires_at"),
        keep=(Keep.COUNTERS,),
        not_exported="a number of requests that is forgotten within a day",
    ),
    Holding(
        "erasures",
        own=_words("subject_id"),
        plain=_words("id subject_kind at counts"),
        keep=(Keep.ERASURES,),
        not_exported="whoever it names has nothing here any more",
    ),
)  # fmt: skip

#: What is about places, the office and the machine, and leads to nobody.
_OF_PLACES = (
    Holding("city", plain=_words("only_row name languages accent accent_dark centre zoom demonstration")),
    Holding("sources", plain=_words("id code title licence attribution url demonstration loaded_at")),
    Holding(
        "areas",
        plain=_words(
            "id slug name level level_rank parent_id geom geom_3857 label_point commercial_precision moderation"
            " source_id source_key version"
        ),
    ),
    Holding("streets", plain=_words("id name search_text width geom geom_3857 area_id source_id source_key")),
    Holding(
        "lots",
        plain=_words(
            "id call_id space_id number starts_on ends_on unit capacity reserve overrides pre_access_from withdrawn_at"
            " withdrawn_reason"
        ),
    ),
    Holding(
        "indicators",
        plain=_words(
            "code name about theme kind unit higher_is_need weight min_group_size method source_id created_at"
            " updated_at version"
        ),
    ),
    Holding("indicator_values", plain=_words("indicator area_id period value n status updated_at")),
    Holding("source_rows", plain=_words("source_id row_key record_id state said missed first_seen_at changed_at")),
    Holding(
        "source_registers",
        plain=_words(
            "source_id noun mapping rhythm removal_share columns fetch_url format accepts grid known_columns paused"
            " fetched_at version"
        ),
    ),
    Holding(
        "source_runs",
        others=_words("asked_by decided_by"),
        plain=_words(
            "id source_id file_sha256 file_as_of ran_at counts state file_name ended_at stopped_to_ask stop_asked step"
            " done_rows all_rows columns questions decision accepted written fault fault_params version"
        ),
        keep=(Keep.HISTORY,),
        not_exported="who decided is in the history of the account",
    ),
    Holding(
        "source_files",
        personal=_words("data"),
        plain=_words("run_id"),
        keep=(Keep.PREVIEWS,),
        not_exported="files of registers are compared and forgotten; what is taken over is in the records",
    ),
    Holding(
        "source_run_rows",
        personal=_words("title changes disputed remarks"),
        plain=_words("run_id row_key kind number record_id mark"),
        keep=(Keep.PREVIEWS,),
        not_exported="rows of registers wait for a decision and are forgotten; what is taken over is in the records",
    ),
    Holding("source_reuses", plain=_words("source_id row_key old_record_id new_record_id noticed_at")),
    Holding("space_news", plain=_words("id kind noted_at on_day space_id status_after status_before")),
    Holding("idempotency_keys", plain=_words("key scope body_sha256 result created_at")),
    Holding("job_runs", plain=_words("id name due_at started_at finished_at report error")),
    Holding("audit_seals", plain=_words("seq entry_id sha256 sealed_at")),
)

INVENTORY = {holding.table: holding for holding in _OF_PEOPLE + OF_CALLS + OF_LIVING_RECORDS + _OF_PLACES}

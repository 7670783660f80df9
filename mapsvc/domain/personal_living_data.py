"""The part of the inventory of personal data about organisations, initiatives, their board, and pacts.

How a line is read is in `holdings`, the whole inventory in `personal_data`.
"""

from mapsvc.domain.holdings import Holding
from mapsvc.domain.holdings import words as _words
from mapsvc.domain.retention import Keep

_OF_A_RECORD = "it is part of a record that several keep; who wrote what is in the history of the account"
_WHO_DECIDED = "who decided is in the history of the account"

_OF_ORGANISATIONS = (
    Holding(
        "organisations",
        personal=_words("name alt_names about contact_function address website state_reason search_text"),
        own=_words("contact_id created_by"),
        others=_words("verified_by"),
        plain=_words(
            "id slug original_lang form sector formality role_kind activity_areas languages identifiers facts starts"
            " ends point point_3857 city_name state record_state verified_on last_confirmed_on source_id source_key"
            " source_url created_at updated_at version"
        ),
        keep=(Keep.RECORD, Keep.REJECTED),
        exported=_words(
            "id slug name alt_names about original_lang form sector formality contact_function contact_id address"
            " website state record_state state_reason created_by created_at updated_at"
        ),
    ),
    Holding("organisation_areas", plain=_words("organisation_id area_id")),
    Holding("memberships", plain=_words("id member_id network_id kind starts ends")),
    Holding(
        "keepers",
        own=_words("user_id"),
        plain=_words("noun record_id added_at"),
        keep=(Keep.ACCOUNT,),
    ),
)

_OF_INITIATIVES = (
    Holding(
        "initiatives",
        personal=_words("name summary links outcome_note replication contact_function state_reason search_text"),
        own=_words("contact_id created_by"),
        secret=_words("token_hash"),
        plain=_words(
            "id slug original_lang kind themes state starts ends facts last_confirmed_on record_state merged_into"
            " source_id source_key source_url created_at updated_at version outcome activities challenges online"
            " reminded_on"
        ),
        keep=(Keep.RECORD, Keep.REJECTED),
        exported=_words(
            "id slug name summary original_lang kind themes state outcome outcome_note activities challenges starts"
            " ends links replication contact_function contact_id record_state state_reason created_by created_at"
            " updated_at"
        ),
    ),
    Holding(
        "initiative_places",
        plain=_words("id initiative_id point point_3857 address city_name starts ends flags source_key shape name"),
    ),
    Holding("initiative_organisations", plain=_words("initiative_id organisation_id role starts ends")),
    Holding(
        "initiative_stages",
        personal=_words("note"),
        plain=_words("id initiative_id state outcome on_day noted_at"),
        keep=(Keep.RECORD,),
        not_exported=_OF_A_RECORD,
    ),
    Holding(
        "initiative_outcomes",
        personal=_words("name evidence"),
        plain=_words("id initiative_id unit target value as_of place"),
        keep=(Keep.RECORD,),
        not_exported=_OF_A_RECORD,
    ),
    Holding(
        "initiative_transfers",
        personal=_words("note"),
        plain=_words("id initiative_id original_id original_name original_url original_city"),
        keep=(Keep.RECORD,),
        not_exported=_OF_A_RECORD,
    ),
)

_OF_THE_BOARD = (
    Holding(
        "notices",
        personal=_words("text state_reason"),
        plain=_words(
            "id initiative_id organisation_id direction what lang state hold_rules until created_at updated_at version"
        ),
        keep=(Keep.RECORD,),
        not_exported=_OF_A_RECORD,
    ),
    Holding(
        "relayed_messages",
        personal=_words("text"),
        own=_words("contact_id reporter"),
        others=_words("decided_by"),
        secret=_words("token_hash"),
        plain=_words(
            "id notice_id noun record_id in_answer_to from_keeper state state_reason hold_rules created_at decided_at"
        ),
        keep=(Keep.RELAYED, Keep.KEYS),
    ),
    Holding(
        "comments",
        personal=_words("author_name text answer"),
        own=_words("reporter contact_id"),
        others=_words("decided_by"),
        plain=_words("id noun record_id lang state state_reason hold_rules created_at decided_at"),
        keep=(Keep.RECORD, Keep.REJECTED, Keep.KEYS),
    ),
)

_OF_PACTS = (
    Holding(
        "pacts",
        personal=_words("representative proposer note title summary clauses governance search_text state_reason"),
        own=_words("application_id contact_id created_by"),
        secret=_words("token_hash"),
        plain=_words(
            "id slug original_lang kind state fields_of_action representative_is_person place_text district_text"
            " neighbourhood_text city_name document_url point point_3857 state_as_of record_state merged_into source_id"
            " source_key source_url created_at updated_at version call_id lot_id space_id act ceilings commitments"
            " signed_on starts_on ends_on initiative_form level area_id proposed_on comments_until handed_back_on"
            " draft_number state_before"
        ),
        keep=(Keep.REGISTER, Keep.RECORD, Keep.REJECTED),
        # Names that a register or the other side wrote are somebody else's.
        exported=_words(
            "id slug title summary original_lang kind state fields_of_action clauses governance application_id"
            " contact_id created_by proposed_on created_at updated_at"
        ),
    ),
    Holding(
        "pact_parties",
        personal=_words("name"),
        plain=_words("id pact_id side role organisation_id is_person sector signed_on place"),
        keep=(Keep.REGISTER, Keep.RECORD),
        not_exported="it stands in the pact that its parties have",
    ),
    Holding("pact_places", plain=_words("id pact_id name space_id shape shape_3857")),
    Holding(
        "pact_commitments",
        personal=_words("text evidence"),
        plain=_words("id pact_id side kind quantity unit due_on state done_on reminded_on place version"),
        keep=(Keep.RECORD,),
        not_exported=_OF_A_RECORD,
    ),
    Holding(
        "pact_resources",
        personal=_words("text"),
        plain=_words("id pact_id side kind amount_cents on_day"),
        keep=(Keep.RECORD,),
        not_exported=_OF_A_RECORD,
    ),
    Holding("pact_indicators", plain=_words("id pact_id code name unit target place")),
    Holding(
        "pact_reports",
        personal=_words("activities problems feedback state_reason"),
        others=_words("decided_by"),
        plain=_words(
            "id pact_id from_on until_on figures people hours money_in_cents money_out_cents state sent_at decided_at"
            " created_at updated_at version"
        ),
        keep=(Keep.RECORD,),
        not_exported=_OF_A_RECORD,
    ),
    Holding(
        "pact_report_photos",
        personal=_words("alt sha256"),
        plain=_words("id report_id width height created_at"),
        keep=(Keep.RECORD,),
        not_exported=_OF_A_RECORD,
    ),
    Holding(
        "pact_events",
        personal=_words("note"),
        others=_words("user_id"),
        plain=_words("id pact_id at on_day action state"),
        keep=(Keep.HISTORY,),
        not_exported=_WHO_DECIDED,
    ),
    Holding(
        "pact_versions",
        personal=_words("title clauses note"),
        others=_words("made_by"),
        plain=_words("pact_id number made_at"),
        keep=(Keep.RECORD,),
        not_exported=_OF_A_RECORD,
    ),
)  # fmt: skip

OF_LIVING_RECORDS = _OF_ORGANISATIONS + _OF_INITIATIVES + _OF_THE_BOARD + _OF_PACTS

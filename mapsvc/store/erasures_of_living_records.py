"""What an erasure takes away of organisations, initiatives, pacts and the board.

What was published is a record that others keep as well, and loses whoever made it; what was not is theirs, and goes.
"""

# ruff: noqa: S608 - every part of a statement is a constant of this package; values are bound

from mapsvc.store.personal_data import OF_SUBJECT
from mapsvc.store.upkeep_of_living_records import emptied

_THEIRS_ALONE = (
    "record_state IN ('submitted', 'rejected') AND (created_by = :user OR contact_id = ANY(CAST(:contacts AS uuid[])))"
)
_NOUNS = {"organisation": "organisations", "initiative": "initiatives", "pact": "pacts"}
#: The private link was sent to whoever goes; the office and the other keepers stay.
_LINK = {"organisations": "", "initiatives": ", token_hash = NULL", "pacts": ", token_hash = NULL"}

#: In the order that references ask for: addresses go afterwards.
STEPS: tuple[tuple[str, str], ...] = (
    # What was said of them in the history belongs to no account where it came by a private link.
    *(
        (
            f"history_of_{table}",
            "UPDATE personal_values SET value = NULL, erased_at = :at WHERE value IS NOT NULL"
            f" AND noun = '{noun}' AND record_id IN (SELECT id::text FROM {table} WHERE {_THEIRS_ALONE})",
        )
        for noun, table in _NOUNS.items()
    ),
    *((f"unpublished_{table}", emptied(table, _THEIRS_ALONE)) for table in _LINK),
    *(
        (f"founded_{table}", f"UPDATE {table} SET created_by = NULL WHERE created_by = :user")
        for table in _LINK
    ),
    *(
        (
            f"contacts_of_{table}",
            f"UPDATE {table} SET contact_id = NULL{link} WHERE contact_id = ANY(CAST(:contacts AS uuid[]))",
        )
        for table, link in _LINK.items()
    ),
    ("keepers", f"DELETE FROM keepers WHERE {OF_SUBJECT['keepers']}"),
    (
        "relayed_messages",
        "UPDATE relayed_messages SET text = NULL, contact_id = NULL, token_hash = 'erased:' || id"
        f" WHERE {OF_SUBJECT['relayed_messages']}",
    ),
    (
        "comments",
        "UPDATE comments SET author_name = '', text = NULL, answer = NULL, contact_id = NULL,"
        " state = CASE state WHEN 'published' THEN 'hidden' WHEN 'held' THEN 'refused' ELSE state END"
        f" WHERE {OF_SUBJECT['comments']}",
    ),
)  # fmt: skip

"""Deletions by date that are about organisations, initiatives, pacts and the board: refused words and old messages."""

# ruff: noqa: S608 - every part of a statement is a constant of this module; values are bound

#: Where the words of a refused record stand, and what is left of each; its key and its dates say that there was one.
_WORDS = {
    "organisations": "name = '–', alt_names = '{}', about = '{}', contact_function = NULL, contact_id = NULL,"
    " address = NULL, point = NULL, website = NULL, identifiers = '{}', facts = '{}'",
    "initiatives": "name = '–', summary = '{}', links = '{}', facts = '{}', outcome_note = NULL, replication = '{}',"
    " contact_function = NULL, contact_id = NULL, token_hash = NULL",
    "pacts": "title = '–', summary = '{}', proposer = NULL, representative = NULL, note = NULL, clauses = '{}',"
    " governance = '{}', place_text = NULL, contact_id = NULL, token_hash = NULL",
}


def emptied(table: str, condition: str) -> str:
    """Return the statement that takes the words, the address and the private link of records that nobody published."""
    return (
        f"UPDATE {table} SET slug = 'closed-' || id, {_WORDS[table]}, created_by = NULL, version = version + 1"
        f" WHERE {condition} AND slug <> 'closed-' || id"
    )


#: In the order of `usecases.upkeep.KINDS`.
STATEMENTS: dict[str, str] = {
    **{f"rejected_{table}": emptied(table, "record_state = 'rejected' AND updated_at < :before") for table in _WORDS},
    "refused_comments": "UPDATE comments SET author_name = '', text = NULL, answer = NULL, contact_id = NULL"
    " WHERE state IN ('refused', 'hidden') AND coalesce(decided_at, created_at) < :before"
    " AND (author_name <> '' OR text IS NOT NULL OR answer IS NOT NULL OR contact_id IS NOT NULL)",
    "relayed_messages": "DELETE FROM relayed_messages WHERE created_at < :before",
}

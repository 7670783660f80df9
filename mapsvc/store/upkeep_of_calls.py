"""Deletions by date that are about applications and collectives: drafts, what was withdrawn, papers of old calls."""

# ruff: noqa: S608 - every part of a statement is a constant of this module; values are bound

#: A call without an end is over for its drafts when nobody touched them for a year.
_OLD_DRAFT = (
    "a.state = 'draft' AND EXISTS (SELECT FROM calls c WHERE c.id = a.call_id"
    " AND coalesce(c.closes_at, a.updated_at + interval '365 days') < :before)"
    " AND a.updated_at < :before"
)
_OLD_WITHDRAWN = "a.state = 'withdrawn' AND a.updated_at < :before AND a.token_hash <> 'over:' || a.id"
_CALL_IS_OVER = (
    "EXISTS (SELECT FROM calls c WHERE c.id = {0}.call_id AND c.state IN ('concluded', 'cancelled')"
    " AND coalesce((SELECT max(e.at) FROM call_events e WHERE e.call_id = c.id AND e.state = c.state), c.updated_at)"
    " < :before)"
)
# The documents of a group that signed stay with its contract.
_OLD_PAPERS = (
    f"{_CALL_IS_OVER.format('a')} AND a.state NOT IN ('draft', 'withdrawn') AND a.token_hash <> 'over:' || a.id"
)
_ENDED = " removed_at = coalesce(d.removed_at, now()), name = '–', sha256 = ''"


def _with_history(condition: str) -> str:
    """Return the beginning of a statement that also empties what the history keeps apart of these applications."""
    return (
        "WITH said AS (UPDATE personal_values SET value = NULL, erased_at = now() WHERE value IS NOT NULL"
        f" AND noun = 'application' AND record_id IN (SELECT a.id::text FROM applications a WHERE {condition}))"
    )


def _with_papers(condition: str, words: str) -> str:
    """Return the statement that ends applications, their documents and what was written about completing them."""
    return (
        f"WITH ended AS (SELECT a.id, a.state FROM applications a WHERE {condition} FOR UPDATE),"
        f" documents AS (UPDATE application_documents d SET {_ENDED} FROM ended"
        " WHERE d.application_id = ended.id AND ended.state <> 'contracted'),"
        " requests AS (UPDATE integration_requests r SET asked = '–', answer = NULL FROM ended"
        " WHERE r.application_id = ended.id),"
        " checks AS (UPDATE admissibility_checks k SET note = '–' FROM ended WHERE k.application_id = ended.id)"
        " UPDATE applications SET token_hash = 'over:' || applications.id, contact_id = NULL, working = '{}'"
        f"{words} FROM ended WHERE applications.id = ended.id"
    )


_NO_WORDS = ", content = NULL, needs = '{}', project = '{}', facts = '{}', declarations = '{}', decision_reason = NULL"
STATEMENTS: dict[str, str] = {
    "application_drafts": f"{_with_history(_OLD_DRAFT)} DELETE FROM applications a WHERE {_OLD_DRAFT}",
    "withdrawn_applications": _with_papers(_OLD_WITHDRAWN, _NO_WORDS),
    # What was applied for and decided is the record of the procedure and stays.
    "papers_of_calls": _with_papers(_OLD_PAPERS, ""),
    # A collective that came into being with an application which was never sent.
    "collective_drafts": "DELETE FROM collectives WHERE state = 'draft' AND coalesce(heard_at, created_at) < :before"
    " AND NOT EXISTS (SELECT FROM applications a WHERE a.collective_id = collectives.id)"
    " AND NOT EXISTS (SELECT FROM role_grants g WHERE g.collective_id = collectives.id)",
}
#: The documents whose files go with the rows of a kind; read before the statement runs.
DOCUMENTS: dict[str, str] = {
    kind: "SELECT d.id FROM application_documents d JOIN applications a ON a.id = d.application_id"
    f" WHERE a.state <> 'contracted' AND {condition}"
    for kind, condition in (
        ("application_drafts", _OLD_DRAFT),
        ("withdrawn_applications", _OLD_WITHDRAWN),
        ("papers_of_calls", _OLD_PAPERS),
    )
}

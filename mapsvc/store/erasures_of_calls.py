"""What an erasure takes away of applications and collectives, and what the record of a procedure keeps without a name.

A group of one person is emptied; a group of several is its other members' as well, and loses its contact only.
"""

# ruff: noqa: S608 - every part of a statement is a constant of this package; values are bound

from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from mapsvc.store.personal_data import APPLICATIONS, OF_SUBJECT

_ALONE = (
    "NOT EXISTS (SELECT FROM role_grants g WHERE g.collective_id = {0} AND g.role = 'collective_rep'"
    " AND g.user_id IS DISTINCT FROM CAST(:user AS integer))"
)
#: A person who is a group of one.
_GROUPS_OF_ONE = (
    f"SELECT id FROM collectives WHERE form = 'individual' AND ({OF_SUBJECT['collectives']})"
    f" AND {_ALONE.format('collectives.id')}"
)
#: What nobody has received yet is given up with whoever wrote it.
_DRAFTS = (
    f"SELECT id FROM applications WHERE id IN ({APPLICATIONS}) AND state = 'draft'"
    f" AND (collective_id IS NULL OR {_ALONE.format('applications.collective_id')})"
)
_EMPTIED = (
    "SELECT id FROM applications WHERE state <> 'draft' AND (collective_id = ANY(CAST(:groups_of_one AS uuid[]))"
    f" OR (collective_id IS NULL AND id IN ({APPLICATIONS})))"
)
_OF_THEM = "application_id = ANY(CAST(:emptied AS uuid[]))"

#: In the order that references ask for; `:drafts`, `:emptied` and `:groups_of_one` are lists of ids.
STEPS: tuple[tuple[str, str], ...] = (
    # What was said of them in the history belongs to no account where it came by a private link.
    (
        "history_of_groups",
        "UPDATE personal_values SET value = NULL, erased_at = :at WHERE value IS NOT NULL"
        " AND ((noun = 'application'"
        " AND record_id = ANY(CAST(array_cat(CAST(:drafts AS uuid[]), CAST(:emptied AS uuid[])) AS text[])))"
        " OR (noun = 'collective' AND record_id = ANY(CAST(CAST(:groups_of_one AS uuid[]) AS text[]))))",
    ),
    ("drafts", "DELETE FROM applications WHERE id = ANY(CAST(:drafts AS uuid[]))"),
    # The pseudonym, what was decided and what can be measured stay: the lists and the runs refer to them.
    (
        "applications",
        "UPDATE applications SET working = '{}', content = NULL, project = '{}', facts = '{}',"
        " needs = needs - 'anchor_point', declarations = '{}', decision_reason = NULL, token_hash = 'erased:' || id,"
        " state = CASE WHEN state IN ('submitted', 'integration_requested', 'admitted', 'scored') THEN 'withdrawn'"
        " ELSE state END, version = version + 1 WHERE id = ANY(CAST(:emptied AS uuid[]))",
    ),
    (
        "documents",
        "UPDATE application_documents SET name = '–', sha256 = '', removed_at = coalesce(removed_at, :at)"
        f" WHERE {_OF_THEM}",
    ),
    ("requests", f"UPDATE integration_requests SET asked = '–', answer = NULL WHERE {_OF_THEM}"),
    ("checks", f"UPDATE admissibility_checks SET note = '–' WHERE {_OF_THEM}"),
    ("objections", f"UPDATE call_observations SET text = '–', answer = NULL WHERE {_OF_THEM}"),
    ("conditions", f"UPDATE award_conditions SET note = '' WHERE {_OF_THEM}"),
    ("offers", f"UPDATE award_offers SET reason = NULL WHERE reason IS NOT NULL AND {_OF_THEM}"),
    (
        "handovers",
        f"UPDATE handovers SET report = '–' WHERE offer_id IN (SELECT id FROM award_offers WHERE {_OF_THEM})",
    ),
    ("locks", f"UPDATE match_locks SET text = '–' WHERE {_OF_THEM}"),
    ("conflicts", f"UPDATE conflicts_of_interest SET reason = '–' WHERE {OF_SUBJECT['conflicts_of_interest']}"),
    ("endorsements", f"DELETE FROM collective_endorsements WHERE {OF_SUBJECT['collective_endorsements']}"),
    (
        "application_contacts",
        "UPDATE applications SET contact_id = NULL WHERE contact_id = ANY(CAST(:contacts AS uuid[]))",
    ),
    ("filed", "UPDATE applications SET filed_by = NULL WHERE filed_by = :user AND NOT on_behalf"),
    ("alerts", "DELETE FROM fit_alerts WHERE collective_id = ANY(CAST(:groups_of_one AS uuid[]))"),
    (
        "collectives",
        "UPDATE collectives SET slug = 'dissolved-' || id, name = '–', story = '', needs = '{}', anchor = NULL,"
        " legal_id = '', website = NULL, state_reason = NULL, alerts = false, state = 'dissolved',"
        " version = version + 1 WHERE id = ANY(CAST(:groups_of_one AS uuid[]))",
    ),
    ("founded", "UPDATE collectives SET created_by = NULL WHERE created_by = :user"),
)


def concerned(connection: Connection, values: dict[str, Any]) -> tuple[dict[str, Any], list[UUID]]:
    """Return the ids that `STEPS` are filled with, read before anything changes, and the documents whose files go."""

    def ids(query: str, **more: list[UUID]) -> list[UUID]:
        params = {name: [str(one) for one in many] for name, many in more.items()}
        return list(connection.execute(text(query), {**values, **params}).scalars())

    alone = ids(_GROUPS_OF_ONE)
    drafts, emptied = ids(_DRAFTS), ids(_EMPTIED, groups_of_one=alone)
    files = ids(
        "SELECT id FROM application_documents WHERE application_id = ANY(CAST(:gone AS uuid[]))",
        gone=[*drafts, *emptied],
    )
    found = {"drafts": drafts, "emptied": emptied, "groups_of_one": alone}
    return {name: [str(one) for one in many] for name, many in found.items()}, files

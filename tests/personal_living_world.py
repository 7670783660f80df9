"""What two people leave in organisations, initiatives, pacts and on the board; each text holds their word.

A part of `personal_world`, which calls it for each of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from mapsvc.domain.ids import new_id, token_hash
from tests.builders import NOW

if TYPE_CHECKING:
    from tests.personal_world import People

_BY = ", state_reason, created_by, contact_id, source_id, source_key, created_at, updated_at)"
_VALUES = ", 'other', {user}, :contact, (SELECT id FROM sources ORDER BY id LIMIT 1), CAST(:id AS text), :at, :at)"


def found(people: People, user: int, word: str, contact: UUID) -> None:
    """Let somebody write one record of each noun that is published, one that waits and one that was refused."""
    for state in ("published", "submitted", "rejected"):
        # A published text is part of a record that others keep: it names nobody here, as no text should.
        said = "something" if state == "published" else word
        # What waits came by a private link, without an account.
        by = "NULL" if state == "submitted" else str(user)
        ids = [_organisation(people, state, said, by, contact), _initiative(people, state, said, by, contact, word)]
        ids.append(_pact(people, state, said, by, contact, word))
        if state == "published":
            for noun, record in zip(("organisation", "initiative", "pact"), ids, strict=True):
                people.make.write("INSERT INTO keepers VALUES (:noun, :record, :user, :at)",
                                  noun=noun, record=record, user=user, at=NOW)  # fmt: skip
            _said(people, user, word, contact, ids[1], ids[2])


def _organisation(people: People, state: str, said: str, by: str, contact: UUID) -> UUID:
    return _add(
        people,
        "INSERT INTO organisations (id, slug, name, about, contact_function, record_state" + _BY
        + " VALUES (:id, :said || '-' || :id, :said, jsonb_build_object('en', CAST(:said AS text)), :said, :state"
        + _VALUES.format(user=by),
        said=said, state=state, contact=contact,
    )  # fmt: skip


def _initiative(people: People, state: str, said: str, by: str, contact: UUID, word: str) -> UUID:
    return _add(
        people,
        "INSERT INTO initiatives (id, slug, name, summary, contact_function, token_hash, record_state" + _BY
        + " VALUES (:id, :said || '-' || :id, :said, jsonb_build_object('en', CAST(:said AS text)), :said, :token,"
        " :state" + _VALUES.format(user=by),
        said=said, state=state, contact=contact, token=token_hash(f"initiative {state} {word}"),
    )  # fmt: skip


def _pact(people: People, state: str, said: str, by: str, contact: UUID, word: str) -> UUID:
    return _add(
        people,
        "INSERT INTO pacts (id, slug, title, proposer, note, state, token_hash, record_state" + _BY
        + " VALUES (:id, :said || '-' || :id, :said, :said, :said, 'proposal', :token, :state"
        + _VALUES.format(user=by),
        said=said, state=state, contact=contact, token=token_hash(f"pact {state} {word}"),
    )  # fmt: skip


def _add(people: People, statement: str, **values: object) -> UUID:
    record = new_id()
    people.make.write(statement, id=str(record), at=NOW, **values)
    return record


def _said(people: People, user: int, word: str, contact: UUID, initiative: UUID, pact: UUID) -> None:
    """Let somebody write to an initiative and comment on a pact; one comment was refused."""
    people.make.write(
        "INSERT INTO relayed_messages (id, noun, record_id, contact_id, token_hash, text, reporter, created_at)"
        " VALUES (:id, 'initiative', :record, :contact, :token, :text, :reporter, :at)",
        id=new_id(), record=initiative, contact=contact, token=token_hash(f"message {word}"), text=f"{word} can help",
        reporter=f"user:{user}", at=NOW,
    )  # fmt: skip
    for state in ("published", "refused"):
        people.make.write(
            "INSERT INTO comments (id, noun, record_id, author_name, text, lang, state, answer, reporter, contact_id,"
            " created_at, decided_at) VALUES (:id, 'pact', :record, :word, :word, 'en', :state, :answer, :reporter,"
            " :contact, :at, :at)",
            id=new_id(), record=pact, word=word, state=state, answer=f"Thank you, {word}", reporter=f"user:{user}",
            contact=contact, at=NOW,
        )  # fmt: skip

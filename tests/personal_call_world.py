"""What two people leave in calls: applications in every stage, documents, offers, scores; each text holds their word.

A part of `personal_world`, which calls it for each of them.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from mapsvc.domain.ids import new_id, token_hash
from tests.builders import NOW

if TYPE_CHECKING:
    from tests.personal_world import People

_CALLS = ("OVER-1", "JUDGED-1")


def a_call(people: People, code: str) -> tuple[UUID, UUID]:
    """Return the call of this code and its lot; the first time they are added, concluded and closed at `NOW`."""
    found = people.make.rows("SELECT c.id, l.id AS lot FROM calls c JOIN lots l ON l.call_id = c.id"
                             " WHERE c.code = :code", code=code)  # fmt: skip
    if found:
        return found[0].id, found[0].lot
    call, lot = new_id(), new_id()
    write = people.make.write
    write(
        "INSERT INTO calls (id, code, title, state, source_id, source_key, closes_at, created_at, updated_at)"
        " SELECT :id, :code, '{\"en\": \"A call\"}', 'concluded', id, :code, :at, :at, :at FROM sources LIMIT 1",
        id=call, code=code, at=NOW,
    )  # fmt: skip
    write("INSERT INTO call_events (call_id, at, action, state) VALUES (:call, :at, 'moved', 'concluded')",
          call=call, at=NOW)  # fmt: skip
    write(
        "INSERT INTO lots (id, call_id, space_id, number, starts_on, ends_on, capacity)"
        " VALUES (:id, :call, :space, 1, '2027-01-01', '2028-01-01', 9)",
        id=lot, call=call, space=people.spaces["both"],
    )  # fmt: skip
    return call, lot


def apply(people: People, user: int, word: str, alone: UUID, contact: UUID) -> None:
    """Let somebody apply, be judged and judge, with one application in each stage that ends some time."""
    call, lot = a_call(people, _CALLS[0])
    over = _application(people, call, word, user=user, contact=contact, collective=alone, state="declined")
    _application(people, call, word, user=user, state="draft", end="draft")
    _application(people, call, word, user=user, state="withdrawn", end="withdrawn")
    _judged(people, over, lot, word)
    _offered(people, over, call, lot, word)
    write = people.make.write
    write(
        "INSERT INTO collective_endorsements (id, collective_id, organisation, text, user_id, created_at)"
        " VALUES (:id, :alone, :name, :word, :user, :at)",
        id=new_id(), alone=alone, name=f"House of {word}", word=f"{word} knows them", user=user, at=NOW,
    )  # fmt: skip
    write("INSERT INTO fit_alerts VALUES (:alone, :space, :at)", alone=alone, space=people.spaces["both"], at=NOW)
    _judges(people, user, word)
    write(
        "INSERT INTO collectives (id, slug, name, state, source_id, source_key, created_at, updated_at, heard_at)"
        " SELECT :id, 'draft-' || :id, 'A draft', 'draft', id, 'draft-' || :id, :at, :at, :at FROM sources LIMIT 1",
        id=new_id(), at=NOW,
    )  # fmt: skip


def _application(
    people: People, call: UUID, word: str, *, user: int, state: str, contact: UUID | None = None,
    collective: UUID | None = None, end: str = "over",
) -> UUID:  # fmt: skip
    application, document = new_id(), new_id()
    sent = state != "draft"
    number = people.one("SELECT count(*) + 1 FROM applications")
    people.make.write(
        "INSERT INTO applications (id, call_id, collective_id, code, state, lang, filed_by, contact_id, token_hash,"
        " working, needs, project, facts, declarations, content, receipt, submitted_at, decision_reason, created_at,"
        " updated_at) VALUES (:id, :call, :collective, :code, :state, 'it', :user, :contact, :token,"
        " jsonb_build_object('name', CAST(:word AS text)), '{\"area_min_m2\": 20}',"
        " jsonb_build_object('title', CAST(:word AS text)), jsonb_build_object('name', CAST(:word AS text)),"
        " ARRAY[CAST(:word AS text)], :word, :receipt, :sent, :word, :at, :at)",
        id=application, call=call, collective=collective, state=state, user=user, contact=contact, word=word, at=NOW,
        code=f"APP-{number:04d}" if sent else None, receipt=f"R-{number}" if sent else None,
        sent=NOW if sent else None, token=token_hash(f"{end} {word}"),
    )  # fmt: skip
    people.make.write(
        "INSERT INTO application_documents (id, application_id, kind, name, media_type, bytes, sha256, receipt,"
        " received_at) VALUES (:id, :application, 'statute', :name, 'application/pdf', 7, 'x', 'r', :at)",
        id=document, application=application, name=f"{word}.pdf", at=NOW,
    )  # fmt: skip
    people.make.services.documents.save(document, b"a paper")
    people.documents[f"{end} {word}"] = document
    return application


def _judged(people: People, application: UUID, lot: UUID, word: str) -> None:
    write = people.make.write
    write("INSERT INTO application_lots VALUES (:application, :lot, 1)", application=application, lot=lot)
    write(
        "INSERT INTO integration_requests (id, application_id, asked, due_on, asked_at, answer, answered_at)"
        " VALUES (:id, :application, :asked, :due, :at, :answer, :at)",
        id=new_id(), application=application, asked=f"{word}, send it", answer=f"{word} sent it", due=NOW.date(),
        at=NOW,
    )  # fmt: skip
    write("INSERT INTO admissibility_checks (application_id, rule, state, note, at)"
          " VALUES (:application, 'site_visit', 'pass', :note, :at)",
          application=application, note=f"{word} was there", at=NOW)  # fmt: skip
    write("INSERT INTO owner_ranks (lot_id, application_id, rank, noted_at) VALUES (:lot, :application, 1, :at)",
          lot=lot, application=application, at=NOW)  # fmt: skip
    write(
        "INSERT INTO call_observations (id, call_id, application_id, text, received_at)"
        " SELECT :id, call_id, id, :text, :at FROM applications WHERE id = :application",
        id=new_id(), application=application, text=f"{word} disagrees", at=NOW,
    )  # fmt: skip


def _offered(people: People, application: UUID, call: UUID, lot: UUID, word: str) -> None:
    write = people.make.write
    run, assignment, offer = new_id(), new_id(), new_id()
    write(
        "INSERT INTO match_runs (id, call_id, kind, state, engine_version, python_version, started_at)"
        " VALUES (:id, :call, 'simulation', 'computed', '1', '3.11', :at)",
        id=run, call=call, at=NOW,
    )  # fmt: skip
    write(
        "INSERT INTO assignments (id, run_id, call_id, application_id, lot_id, basis, priority_micro)"
        " VALUES (:id, :run, :call, :application, :lot, 'open', 1)",
        id=assignment, run=run, call=call, application=application, lot=lot,
    )  # fmt: skip
    write(
        "INSERT INTO award_offers (id, assignment_id, call_id, application_id, lot_id, seat, state, sent_at,"
        " expires_at, answered_at, reason)"
        " VALUES (:id, :assignment, :call, :application, :lot, 1, 'declined', :at, :until, :at, :reason)",
        id=offer, assignment=assignment, call=call, application=application, lot=lot, at=NOW,
        until=NOW + timedelta(days=10), reason=f"{word} moved",
    )  # fmt: skip
    write("INSERT INTO award_conditions (application_id, lot_id, rule, met, note, decided_at)"
          " VALUES (:application, :lot, 'H09', true, :note, :at)",
          application=application, lot=lot, note=f"{word} is quiet", at=NOW)  # fmt: skip
    write("INSERT INTO handovers (offer_id, kind, done_on, keys, report, noted_at)"
          " VALUES (:offer, 'handover', :on, 2, :report, :at)",
          offer=offer, on=NOW.date(), report=f"{word} has the keys", at=NOW)  # fmt: skip


def _judges(people: People, user: int, word: str) -> None:
    """Put somebody on a committee, with a sheet for one group and a conflict about another."""
    call, _lot = a_call(people, _CALLS[1])
    write = people.make.write
    if not people.make.rows("SELECT 1 FROM committee_members"):
        for _ in range(2):
            people.judged.append(_application(people, call, "nobody", user=user, state="withdrawn", end=str(new_id())))
        ids = [str(one) for one in people.judged]
        write("UPDATE applications SET filed_by = NULL, token_hash = 'over:' || id"
              " WHERE id = ANY(CAST(:ids AS uuid[]))", ids=ids)  # fmt: skip
        write("DELETE FROM application_documents WHERE application_id = ANY(CAST(:ids AS uuid[]))", ids=ids)
    write("INSERT INTO committee_members (call_id, user_id, added_at) VALUES (:call, :user, :at)",
          call=call, user=user, at=NOW)  # fmt: skip
    write("INSERT INTO conflicts_of_interest VALUES (:application, :user, :reason, :at)",
          application=people.judged[0], user=user, reason=f"{word} is a cousin", at=NOW)  # fmt: skip
    write("INSERT INTO score_sheets (application_id, user_id, points, updated_at)"
          " VALUES (:application, :user, '{\"quality\": 3}', :at)",
          application=people.judged[1], user=user, at=NOW)  # fmt: skip

"""What becomes of a sender's keys, the list of erasures, the archive of a person, and mails that no log may hold."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from mapsvc.domain.erasures import TOMBSTONE, Erasure, Statement, SubjectKind, change_keys
from mapsvc.domain.personal_data import INVENTORY
from mapsvc.exchange.personal_archive import personal_archive
from mapsvc.notify.mailers import ConsoleMailer, FileMailer, MemoryMailer
from mapsvc.notify.messages import Message
from mapsvc.store.erasure_list import ErasureList, line_of, read_lines
from mapsvc.web.personal_words import TOPICS

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
SECRET = "s3cret-link-of-a-report"


def said(reporter: str, hours_ago: float, cluster: str | None = None) -> Statement:
    anonymous = reporter.startswith("device:")
    return Statement(uuid4(), uuid4(), reporter, cluster, anonymous, NOW - timedelta(hours=hours_ago))


KEYS = st.sampled_from(["device:a", "device:b", "user:1", "user:2", "erased:x"])
STATEMENTS = st.lists(
    st.builds(said, KEYS, st.floats(0, 100), st.sampled_from([None, "n", "m"])), max_size=12
)  # fmt: skip


@given(statements=STATEMENTS, kind=st.sampled_from(list(SubjectKind)))
def test_keys_change_everywhere_or_their_statement_is_withdrawn(statements: list[Statement], kind: SubjectKind) -> None:
    changed = change_keys(kind, statements, 1 if kind is SubjectKind.USER else None, NOW)
    assert all(new.startswith(TOMBSTONE) for new in changed.renamed.values())
    assert len(set(changed.renamed.values())) == len(changed.renamed), "two senders never become one"
    for one in statements:
        live = one.submitted_at.date() == NOW.date() or one.reporter.startswith("user:")
        own = kind is SubjectKind.USER and one.reporter == "user:1"
        if live and not own:
            assert one.id in changed.withdrawn
            assert one.reporter not in changed.renamed
        if one.id not in changed.withdrawn:
            assert one.reporter in changed.renamed or one.reporter.startswith(TOMBSTONE)
    # The key of somebody who can still answer is changed for nobody, or a second answer would be a second vote.
    assert not {"user:2"} & set(changed.renamed)


def test_the_key_of_a_network_changes_with_its_day() -> None:
    old, new = said("device:a", 30, "network"), said("device:b", 1, "other")
    changed = change_keys(SubjectKind.CONTACT, [old, new], None, NOW)
    assert set(changed.renamed) == {"device:a", "network"}
    assert changed.withdrawn == (new.id,)


def test_the_list_keeps_each_erasure_once_and_survives_a_torn_line(tmp_path: Path) -> None:
    kept = ErasureList(tmp_path / "deep" / "erasures.jsonl")
    one, two = (Erasure(uuid4(), SubjectKind.USER, str(number), NOW + timedelta(hours=number)) for number in (1, 2))
    kept.note([one])
    kept.note([one])
    file = tmp_path / "deep" / "erasures.jsonl"
    assert len(file.read_text().splitlines()) == 1
    assert file.stat().st_mode & 0o077 == 0
    file.write_text(file.read_text() + line_of(two)[:30])
    kept.note([two])
    assert kept.read() == [one, two]
    assert read_lines("nonsense\n[]\n{}\n" + line_of(one)) == [one]


def test_an_archive_is_json_with_pictures(tmp_path: Path) -> None:
    picture = tmp_path / "p.jpg"
    picture.write_bytes(b"\xff\xd8picture")
    key = uuid4()
    rows = {"observations": [{"id": key, "submitted_at": NOW, "note": "perché €"}]}
    archive = personal_archive({"service": "https://x.example"}, "user", NOW, rows, [("p.jpg", picture)])
    with archive, zipfile.ZipFile(io.BytesIO(archive.read())) as opened:
        document = json.loads(opened.read("data.json"))
        assert opened.read("photos/p.jpg") == picture.read_bytes()
    assert document["records"]["observations"] == [
        {"id": str(key), "submitted_at": "2026-11-22T12:00:00+00:00", "note": "perché €"}
    ]
    with pytest.raises(TypeError):
        personal_archive({}, "user", NOW, {"x": [{"y": object()}]}, [])


def test_every_table_with_a_person_stands_in_one_row_of_the_notice() -> None:
    told = [table for tables in TOPICS.values() for table in tables]
    assert len(told) == len(set(told))
    assert set(told) == {holding.table for holding in INVENTORY.values() if holding.concerns_people}


def test_a_log_learns_no_address_and_no_link(capsys: pytest.CaptureFixture[str]) -> None:
    message = Message("anna@people.example", "Your report: Via Nizza 1", f"https://map.example/r/{SECRET}")
    with structlog.testing.capture_logs() as entries:
        ConsoleMailer().send(message)
    written = "".join(capsys.readouterr()) + repr(entries)
    assert "mail not shown in a log" in written
    for word in ("anna", SECRET, "Via Nizza"):
        assert word not in written


def test_a_terminal_shows_the_whole_mail(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    ConsoleMailer().send(Message("anna@people.example", "Hello", f"https://map.example/r/{SECRET}"))
    assert SECRET in capsys.readouterr().out


def test_mails_that_are_kept_can_be_forgotten(tmp_path: Path) -> None:
    for mailer in (MemoryMailer(), FileMailer(tmp_path, "city@city.example")):
        for recipient in ("anna@people.example", "bruno@people.example"):
            mailer.send(Message(recipient, "Hello", "x"))
        assert mailer.forget(["anna@people.example"]) == 1
        assert mailer.forget(["anna@people.example"]) == 0
    assert len(list(tmp_path.glob("*.eml"))) == 1
    assert b"bruno@" in next(tmp_path.glob("*.eml")).read_bytes()

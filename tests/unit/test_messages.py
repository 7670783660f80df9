"""Mails: one text per template, links to the public address, nothing that a value could add to the headers."""

from __future__ import annotations

from email import message_from_bytes, policy
from pathlib import Path

import pytest

from mapsvc.config import Settings
from mapsvc.notify.mailers import FileMailer, MemoryMailer, SmtpMailer, make_mailer
from mapsvc.notify.messages import WRITERS, compose

VALUES = {
    "token": "t0ken",
    "place": "Via Saluzzo 42",
    "name": "Ada",
    "group": "Vicini",
    "slug": "vicini",
    "reason": "No.",
    "subject": "space",
    "verdict": "hide",
    "appeal": True,
    "upheld": True,
    "answer": "Yes.",
    "wish": "object",
    "state": "verified",
    "area": "San Salvario",
    "status": "probable_vacant",
    "confirmed": "2026-11-20",
    "since": "2026-10-01",
    "count": 3,
    "receipt": "R-7K3M-Q2XV",
    "at": "2026-11-20T12:00:00+00:00",
    "closes_at": "2026-11-30T11:00:00+00:00",
    "zone": "Europe/Rome",
    "sha256": "a" * 64,
    "call": {"en": "Casa Bottega", "it": "Casa Bottega"},
    "code": "APP-0101",
    "asked": "The plan of activities.",
    "due_on": "2026-12-01",
    "norm": "Art. 3 of the notice",
    "office": "Urban commons",
    "lot": "3",
    "premises": "Via Saluzzo 42",
    "ending": "rerun",
    "ends_on": "2029-12-01",
    "day": "2026-12-01",
    "until": "2026-12-01",
    "verify_by": "2026-12-01",
    "keys": 2,
    "collective": "Officina Rumore",
    "spaces": [],
    "signs_in": True,
    "move": "suspend",
    "days": [
        {
            "day": "2026-11-20",
            "places": [
                {
                    "slug": "a",
                    "name": "50% {% of",
                    "street": "",
                    "area": "",
                    "kind": "new",
                    "before": None,
                    "after": "disputed",
                },
                {
                    "slug": "b",
                    "name": "",
                    "street": "",
                    "area": "Aurora",
                    "kind": "status",
                    "before": "disputed",
                    "after": "gone",
                },
            ],
        },
    ],
}


def written(template: str, **values: str) -> str:
    """Return a mail as one text."""
    params = {**VALUES, **values}
    mail = compose("a@city.example", template, "en", params, public_url="https://map.city.example/", city="Ivrea")
    return f"{mail.subject}\n{mail.body}"


@pytest.mark.parametrize("template", sorted(WRITERS))
def test_every_template_fills_every_place(template: str) -> None:
    text = written(template)
    assert "%(" not in text
    assert "https://map.city.example" in text
    assert "example//" not in text


def test_the_private_link_is_in_the_mail() -> None:
    assert "https://map.city.example/r/t0ken\n" in written("follow_link")


def test_percent_signs_in_a_name_are_text() -> None:
    assert "50% {% of" in written("follow_link", place="50% {% of")


def test_a_line_break_in_a_name_adds_no_header(tmp_path: Path) -> None:
    mail = compose(
        "a@city.example",
        "follow_link",
        "en",
        {"token": "t", "place": "Via\r\nBcc: all@city.example"},
        public_url="https://map.city.example",
        city="Ivrea",
    )
    FileMailer(tmp_path, "map@city.example").send(mail)
    (file,) = tmp_path.iterdir()
    parsed = message_from_bytes(file.read_bytes(), policy=policy.default)
    assert parsed["Bcc"] is None
    assert parsed["Subject"] == "Your report: Via Bcc: all@city.example"
    assert parsed["Auto-Submitted"] == "auto-generated"


def test_an_unknown_template_or_a_missing_value_is_an_error() -> None:
    with pytest.raises(KeyError):
        written("nothing")
    with pytest.raises(KeyError):
        compose("a@city.example", "follow_link", "en", {"place": "x"}, public_url="http://x", city="Ivrea")


def test_the_setting_chooses_the_mailer() -> None:
    assert isinstance(make_mailer(Settings(mail="memory")), MemoryMailer)
    assert make_mailer(Settings(mail="smtp", mail_host="mail.city.example")) == SmtpMailer(
        "mail.city.example", 25, "mapsvc@localhost"
    )
    with pytest.raises(ValueError, match="MAPSVC_MAIL"):
        make_mailer(Settings(mail="pigeon"))

"""The ways a mail leaves: printed, kept as a file, kept in memory, or handed to a mail server."""

from __future__ import annotations

import smtplib
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default as default_policy
from email.utils import formatdate, make_msgid
from pathlib import Path
from typing import Protocol

import structlog

from mapsvc.config import SettingError, Settings
from mapsvc.notify.messages import Message

SMTP_SECONDS = 20
log = structlog.get_logger("mapsvc.mail")


class Mailer(Protocol):
    """Whatever takes a mail away; raises OSError when it cannot."""

    def send(self, message: Message) -> None:
        """Take one mail away."""
        ...

    def forget(self, recipients: Sequence[str]) -> int:
        """Delete the mails to these addresses that are still here; return how many."""
        ...


@dataclass
class MemoryMailer:
    """Keeps mails in a list, for tests."""

    sent: list[Message] = field(default_factory=list)

    def send(self, message: Message) -> None:
        """Keep the mail."""
        self.sent.append(message)

    def forget(self, recipients: Sequence[str]) -> int:
        """Drop the mails to these addresses."""
        kept = [message for message in self.sent if message.recipient not in recipients]
        dropped = len(self.sent) - len(kept)
        self.sent[:] = kept
        return dropped


class ConsoleMailer:
    """Prints mails on a terminal, for development and demonstrations; a log only learns that there was one.

    A mail carries an address and a secret link, and a log file is read by others and kept for long.
    """

    def send(self, message: Message) -> None:
        """Print the mail where somebody watches, and note it without address, subject and links elsewhere."""
        if sys.stdout.isatty():
            sys.stdout.write(f"\nTo: {message.recipient}\nSubject: {message.subject}\n\n{message.body}\n")
            sys.stdout.flush()
        else:
            log.info("mail not shown in a log; set MAPSVC_MAIL=file to read mails, or smtp to send them")

    def forget(self, recipients: Sequence[str]) -> int:  # noqa: ARG002 - nothing was kept
        """Return 0: a printed mail is gone."""
        return 0


@dataclass
class FileMailer:
    """Writes each mail as a file, for a look at what would leave."""

    folder: Path
    sender: str

    def send(self, message: Message) -> None:
        """Write the mail under the present time."""
        self.folder.mkdir(parents=True, exist_ok=True)
        written = bytes(_envelope(message, self.sender))
        file = self.folder / f"{time.time_ns()}.eml"
        file.touch(mode=0o600)
        file.write_bytes(written)

    def forget(self, recipients: Sequence[str]) -> int:
        """Delete the files of mails to these addresses."""
        found = [file for file in self.folder.glob("*.eml") if _recipient(file) in recipients]
        for file in found:
            file.unlink(missing_ok=True)
        return len(found)


@dataclass
class SmtpMailer:
    """Hands mails to a mail server of one's own network, which delivers them."""

    host: str
    port: int
    sender: str

    def send(self, message: Message) -> None:
        """Hand the mail over, encrypted where the server offers it."""
        with smtplib.SMTP(self.host, self.port, timeout=SMTP_SECONDS) as server:
            server.ehlo()
            if server.has_extn("starttls"):
                server.starttls()
            server.send_message(_envelope(message, self.sender))

    def forget(self, recipients: Sequence[str]) -> int:  # noqa: ARG002 - nothing was kept
        """Return 0: what was handed over is with the mail server."""
        return 0


def make_mailer(settings: Settings) -> Mailer:
    """Return the mailer that MAPSVC_MAIL names."""
    if settings.mail == "console":
        return ConsoleMailer()
    if settings.mail == "file":
        return FileMailer(settings.var / "mail", settings.mail_from)
    if settings.mail == "memory":
        return MemoryMailer()
    if settings.mail == "smtp":
        return SmtpMailer(settings.mail_host, settings.mail_port, settings.mail_from)
    raise SettingError(f"MAPSVC_MAIL must be console, file or smtp, not {settings.mail!r}")


def _envelope(message: Message, sender: str) -> EmailMessage:
    """Return the mail with its headers."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, message.recipient, message.subject
    mail["Date"], mail["Message-ID"] = formatdate(localtime=False), make_msgid(domain=sender.rpartition("@")[2] or None)
    # Mail programs must not answer a machine with "out of office".
    mail["Auto-Submitted"] = "auto-generated"
    if message.end_url:
        mail["List-Unsubscribe"], mail["List-Unsubscribe-Post"] = f"<{message.end_url}>", "List-Unsubscribe=One-Click"
    mail.set_content(message.body)
    return mail


def _recipient(file: Path) -> str:
    """Return whom a mail that was kept as a file is for."""
    return str(BytesParser(policy=default_policy).parsebytes(file.read_bytes(), headersonly=True)["To"] or "")

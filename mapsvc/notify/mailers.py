"""The ways a mail leaves: printed, kept as a file, kept in memory, or handed to a mail server."""

from __future__ import annotations

import smtplib
import time
from dataclasses import dataclass, field
from email.message import EmailMessage
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


@dataclass
class MemoryMailer:
    """Keeps mails in a list, for tests."""

    sent: list[Message] = field(default_factory=list)

    def send(self, message: Message) -> None:
        """Keep the mail."""
        self.sent.append(message)


class ConsoleMailer:
    """Prints mails into the log of the worker, for development and demonstrations."""

    def send(self, message: Message) -> None:
        """Print the mail."""
        log.info("mail", to=message.recipient, subject=message.subject, body=message.body)


@dataclass
class FileMailer:
    """Writes each mail as a file, for a look at what would leave."""

    folder: Path
    sender: str

    def send(self, message: Message) -> None:
        """Write the mail under the present time."""
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / f"{time.time_ns()}.eml").write_bytes(bytes(_envelope(message, self.sender)))


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

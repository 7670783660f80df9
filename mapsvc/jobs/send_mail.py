"""Sends the mails that wait in the outbox."""

from collections.abc import Mapping
from datetime import datetime

from mapsvc.bootstrap import Services
from mapsvc.usecases.outbox import send_waiting


def run(services: Services, now: datetime) -> dict[str, int]:
    """Send one batch and return how many mails were sent and how many failed."""

    def deliver(recipient: str, template: str, lang: str, params: Mapping[str, object]) -> None:
        services.send_mail(recipient, template, lang, params)

    return send_waiting(services.unit_of_work, deliver, now)

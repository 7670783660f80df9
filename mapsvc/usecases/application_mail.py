"""Writing to the group behind an application: to the address it left, else to the account that filed it."""

from collections.abc import Mapping
from datetime import datetime

from mapsvc.domain.applications import ApplicantAddress, Application
from mapsvc.domain.ports import UnitOfWork


def address_of(uow: UnitOfWork, application: Application) -> ApplicantAddress | None:
    """Return where a group is written to: the address it left, else the account that filed; None without either."""
    found = uow.applications.address(application.id)
    if found is None and application.filed_by is not None:
        account = uow.people.get(application.filed_by)
        if account is not None and account.active and account.email:
            return ApplicantAddress(account.email, account.lang or application.lang)
    return found


def tell(uow: UnitOfWork, application: Application, template: str, params: Mapping[str, object], now: datetime) -> bool:
    """Queue a mail to the group inside the caller's transaction; tell whether there was somebody to write to.

    The mail carries the private link, which is derived from the id when the mail is composed and stored nowhere.
    """
    address = address_of(uow, application)
    if address is None:
        return False
    uow.outbox.add(address.email, template, address.lang, {**params, "application": str(application.id)}, now)
    return True

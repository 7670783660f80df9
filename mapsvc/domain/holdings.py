"""What one table holds about people: the shape of the lines of the inventory (`personal_data`)."""

from dataclasses import dataclass

from mapsvc.domain.retention import Keep


@dataclass(frozen=True, slots=True)
class Holding:
    """One table and the nature of each of its columns.

    `personal` columns say something about a person or were written by one; `own` ones lead to the person whom the row
    is about; `others` lead to somebody else, such as whoever decided; `secret` ones prove that somebody is who they
    are, and are shown to nobody; `plain` ones are about no person. `keep` says what ends the keeping, the main thing
    first. `exported` narrows what the person gets where the rest is about a place, a colleague or the office.
    `not_exported` gives the reason where a person gets no part of it at all.
    """

    table: str
    personal: tuple[str, ...] = ()
    own: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    secret: tuple[str, ...] = ()
    plain: tuple[str, ...] = ()
    keep: tuple[Keep, ...] = ()
    exported: tuple[str, ...] | None = None
    not_exported: str = ""

    @property
    def columns(self) -> tuple[str, ...]:
        """Return every column of the table, each once."""
        return self.personal + self.own + self.others + self.secret + self.plain

    @property
    def concerns_people(self) -> bool:
        """Tell whether anything in the table leads to a person."""
        return bool(self.personal or self.own or self.others or self.secret)

    @property
    def for_the_person(self) -> tuple[str, ...]:
        """Return the columns of the personal export."""
        if self.not_exported:
            return ()
        return self.personal + self.own + self.plain if self.exported is None else self.exported


def words(columns: str) -> tuple[str, ...]:
    """Return the names in a text."""
    return tuple(columns.split())

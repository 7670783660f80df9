"""The inventory of personal data names every column of the database, and what it says is used."""

from __future__ import annotations

import pytest

from mapsvc.domain.personal_data import INVENTORY
from mapsvc.domain.retention import DAYS, Keep
from mapsvc.operations.cluster import Urls
from mapsvc.operations.connections import fetch
from mapsvc.store import upkeep
from mapsvc.store.personal_data import OF_SUBJECT, USING_CONTACTS
from mapsvc.usecases.follow_links import LINK_LIFE
from mapsvc.usecases.people import INVITATION_LIFE
from mapsvc.usecases.upkeep import KINDS

COLUMNS = (
    "SELECT c.relname, a.attname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid"
    " WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped"
    " AND c.relname NOT IN ('alembic_version', 'spatial_ref_sys')"
)


def test_every_column_of_the_database_is_classified_once(database_urls: Urls) -> None:
    stored = {(table, column) for table, column in fetch(database_urls.owner, COLUMNS)}
    written = [(holding.table, column) for holding in INVENTORY.values() for column in holding.columns]
    assert sorted(stored - set(written)) == [], "say in domain/personal_data.py what these say about whom"
    assert sorted(set(written) - stored) == [], "these are gone"
    assert len(written) == len(set(written)), "a column is named twice"


def test_every_table_that_needs_an_address_keeps_it(database_urls: Urls) -> None:
    """A reminder that was sent keeps no address alive by itself; an erasure takes addresses from all of them."""
    query = "SELECT conrelid::regclass::text FROM pg_constraint WHERE confrelid = 'contacts'::regclass"
    assert {table for (table,) in fetch(database_urls.owner, query)} == {*USING_CONTACTS, "reminders"}


def test_whatever_leads_to_a_person_ends_some_time_and_is_given_to_them() -> None:
    for holding in INVENTORY.values():
        assert bool(holding.keep) == holding.concerns_people, holding.table
        leads_to_them = bool(holding.personal or holding.own)
        given = holding.table in OF_SUBJECT
        assert given == bool(leads_to_them and not holding.not_exported), holding.table


@pytest.mark.parametrize("table", sorted(OF_SUBJECT))
def test_a_person_gets_no_secret_and_nobody_elses_name(table: str) -> None:
    holding = INVENTORY[table]
    assert not set(holding.for_the_person) & {*holding.secret, *holding.others}
    assert set(holding.for_the_person) <= set(holding.columns)


def test_every_rule_with_days_is_used_and_every_use_has_a_rule() -> None:
    assert {keep for keep in KINDS.values() if keep is not Keep.UNUSED} == set(DAYS)
    assert DAYS[Keep.LINKS] == LINK_LIFE.days
    assert DAYS[Keep.INVITATIONS] == INVITATION_LIFE.days


def test_every_kind_has_its_statement() -> None:
    assert set(KINDS) - {"sender_keys", "unopened_accounts"} == set(upkeep._STATEMENTS)

"""Every table in one list: the modules that define them add to it when they are imported, as they are here."""

from mapsvc.store import call_tables, care_tables, living_tables, machinery_tables, pact_tables, tables

#: All of these put their tables on the list of `tables`.
MODULES = (tables, care_tables, machinery_tables, call_tables, living_tables, pact_tables)
METADATA = tables.metadata

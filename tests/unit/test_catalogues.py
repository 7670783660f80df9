"""The check of the message catalogues finds what it is for."""

from __future__ import annotations

from babel.messages.catalog import Catalog

from mapsvc.operations.catalogues import extracted, faults


def italian(**texts: str) -> Catalog:
    """Return a catalogue with these translations."""
    catalog = Catalog(locale="it")
    for message, text in texts.items():
        catalog.add(message.replace("_", " "), text)
    return catalog


def program(*messages: str) -> Catalog:
    """Return what a program with these messages would ask for."""
    catalog = Catalog()
    for message in messages:
        catalog.add(message)
    return catalog


def test_a_complete_catalogue_has_no_fault() -> None:
    assert faults(program("Still empty"), italian(Still_empty="Ancora vuoto")) == []


def test_missing_and_empty_translations_are_named() -> None:
    found = faults(program("Still empty", "Now in use"), italian(Still_empty=""))
    assert found == ["not translated: 'Still empty'", "missing: 'Now in use'"]


def test_a_doubtful_translation_is_named() -> None:
    catalog = italian()
    catalog.add("Still empty", "Ancora vuoto", flags=["fuzzy"])
    assert faults(program("Still empty"), catalog) == ["doubtful (fuzzy): 'Still empty'"]


def test_another_placeholder_is_named() -> None:
    catalog = italian()
    catalog.add("%(count)s places", "%(numero)s luoghi", flags=["python-format"])
    (fault,) = faults(program("%(count)s places"), catalog)
    assert fault.startswith("broken: '%(count)s places'")


def test_messages_of_programs_and_templates_are_found() -> None:
    found = extracted()
    assert "Your report: %(place)s" in found
    assert any(name.endswith(".html") for message in found for name, _ in message.locations)

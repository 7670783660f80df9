"""The accounts of the demonstration, printed at the start; their addresses can receive no mail (RFC 2606)."""

from mapsvc.domain.imports import DemonstrationAccount
from mapsvc.domain.people import Role

PASSWORD = "demonstration"  # noqa: S105 - it is printed at every start and opens invented data only
COLLECTIVE_SLUG = "officina-saluzzo"
"""The collective that the holder of the last account speaks for."""

ACCOUNTS = tuple(
    DemonstrationAccount(f"{name}@example.org", holder, PASSWORD, role, purpose)
    for name, holder, role, purpose in (
        ("admin", "Ada (administrator)", Role.ADMINISTRATOR, "administrator: people, roles, everything"),
        ("officer", "Olmo (officer)", Role.OFFICER, "city officer: queue, register, imports, matching"),
        ("director", "Dora (director)", Role.DIRECTOR, "director: approves calls, signs and adopts"),
        ("auditor", "Aldo (auditor)", Role.AUDITOR, "auditor: history and archived runs, nothing else"),
        ("committee1", "Carla (committee)", None, "member of a call's committee: its sheets at /committee"),
        ("committee2", "Nico (committee)", None, "another member"),
        ("committee3", "Lia (committee)", None, "the third member"),
        ("moderator", "Mara (moderator)", Role.MODERATOR, "moderator: what residents marked"),
        ("broker", "Berta (broker)", Role.TRUST_BROKER, "trusted organisation: publishes what waits"),
        ("group", "Gaia (group)", Role.CURATOR, "community group: makes and embeds maps"),
        (
            "collective",
            "Ciro (collective)",
            Role.COLLECTIVE_REP,
            "collective Officina Saluzzo: its needs and what fits",
        ),
    )
)

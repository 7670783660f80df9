"""What is held about people in plain words, by subject; the times come from the inventory, so they cannot drift."""

from dataclasses import dataclass

from flask_babel import gettext as _

from mapsvc.domain.personal_data import INVENTORY
from mapsvc.domain.retention import DAYS, Keep

#: Which tables a row of the notice speaks of; a test finds every table with a person in exactly one of them.
TOPICS: dict[str, tuple[str, ...]] = {
    "account": ("users", "role_grants", "invitations"),
    "statements": ("observations", "reporters", "rulings", "spaces"),
    "photos": ("photos",),
    "keys": ("rate_counters",),
    "addresses": ("contacts", "follow_links", "reminders"),
    "news": ("subscriptions",),
    "mails": ("outbox",),
    "objections": ("flags", "appeals"),
    "owners": ("owner_claims",),
    "messages": ("office_messages",),
    "groups": ("groups", "collectives", "collective_endorsements", "fit_alerts", "curated_maps"),
    "applications": (
        "applications",
        "application_lots",
        "application_documents",
        "integration_requests",
        "admissibility_checks",
        "assignments",
        "award_offers",
        "award_conditions",
        "handovers",
        "call_observations",
        "owner_ranks",
        "match_locks",
        "match_runs",
    ),
    "committees": ("committee_members", "conflicts_of_interest", "score_sheets"),
    "files": ("import_batches", "source_files", "source_run_rows"),
    "history": (
        "audit_log",
        "personal_values",
        "merges",
        "different_places",
        "calls",
        "call_events",
        "source_runs",
        "pact_events",
    ),
    "registers": ("pacts", "pact_parties"),
    "living": (
        "organisations",
        "keepers",
        "initiatives",
        "initiative_stages",
        "initiative_outcomes",
        "initiative_transfers",
        "pact_commitments",
        "pact_resources",
        "pact_reports",
        "pact_report_photos",
        "pact_versions",
    ),
    "board": ("notices", "relayed_messages", "comments"),
    "erasures": ("erasures",),
}


@dataclass(frozen=True)
class Row:
    """One row of the notice: what is held, why, and for how long, one sentence for each part."""

    what: str
    why: str
    how_long: tuple[str, ...]


def notice() -> list[Row]:
    """Return the rows of the notice in the language of the request."""
    words = _topics()
    rows = []
    for topic, tables in TOPICS.items():
        keeps = dict.fromkeys(keep for table in tables for keep in INVENTORY[table].keep)
        what, why = words[topic]
        rows.append(Row(what, why, tuple(how_long(keep) for keep in keeps)))
    return rows


def how_long(keep: Keep) -> str:
    """Return what ends the keeping, in words."""
    days = DAYS.get(keep, 0)
    return {
        Keep.DEVICE_POINT: _("position: rounded to about a kilometre after %(days)s days", days=days),
        Keep.KEYS: _("scrambled values: replaced by random ones after %(days)s days", days=days),
        Keep.REJECTED: _("what was refused: %(days)s days after the decision", days=days),
        Keep.MESSAGES: _("%(days)s days after the office closed it", days=days),
        Keep.RELAYED: _("a message that is passed on: %(days)s days", days=days),
        Keep.PROOFS: _("proof and address: %(days)s days after the decision", days=days),
        Keep.SETTLED: _("the words: %(days)s days after the decision", days=days),
        Keep.LINKS: _("the private link: %(days)s days", days=days),
        Keep.INVITATIONS: _("an invitation: %(days)s days", days=days),
        Keep.UNOPENED: _("an account that is never opened: %(days)s days after its invitation ended", days=days),
        Keep.UNCONFIRMED: _("without a yes from the address: %(days)s days", days=days),
        Keep.REMINDERS: _("that a reminder was sent: %(days)s days", days=days),
        Keep.MAILS: _("that a mail left: %(days)s days; address and text are forgotten when it leaves", days=days),
        Keep.ANSWERS: _("%(days)s days", days=days),
        Keep.PREVIEWS: _("the rows of a file nobody decided about: %(days)s days", days=days),
        Keep.RUNS: _("%(days)s days", days=days),
        Keep.COUNTERS: _("%(hours)s hours at most", hours=days * 24),
        Keep.UNUSED: _("the address: until nothing needs it any more"),
        Keep.DRAFTS: _("drafts that nobody sent: %(days)s days after the end of the call", days=days),
        Keep.WITHDRAWN: _("what was withdrawn: the words %(days)s days later", days=days),
        Keep.PAPERS: _(
            "documents, private links and addresses: %(days)s days after the call has ended; documents of a contract"
            " stay with it",
            days=days,
        ),
        Keep.PROCEDURE: _("the record of the procedure, under a code: as long as the city must keep its files"),
        Keep.ACCOUNT: _("until you erase or end it"),
        Keep.RECORD: _("part of the record; what leads to you goes when you erase it"),
        Keep.REGISTER: _("as long as the register publishes it"),
        Keep.HISTORY: _("as long as the city must keep its files, without names and texts of people"),
        Keep.ERASURES: _("for good, as numbers only"),
    }[keep]


def _topics() -> dict[str, tuple[str, str]]:
    return {
        "account": (
            _("Account: address, name, language, roles; the password only in a form that cannot be read back"),
            _("to sign in"),
        ),
        "statements": (
            _("What you saw, when, your note, the position of your device if you used it"),
            _("to know how a place is"),
        ),
        "photos": (_("Photos, without anything hidden in the file"), _("to show what you saw")),
        "keys": (
            _("A scrambled value of network address, browser and day; the address itself is not stored"),
            _("to count nobody twice and to stop floods"),
        ),
        "addresses": (
            _("E-mail address, if you leave one"),
            _("to send the private link and to ask whether it is still true"),
        ),
        "news": (_("Which area you want news of"), _("to send them")),
        "mails": (_("Mails that wait to leave"), _("to send them")),
        "objections": (_("What you flag, and why you disagree with a decision"), _("to look at it again")),
        "owners": (
            _("What owners say and prove about their place"),
            _("to hide it, to show it or to correct it"),
        ),
        "messages": (_("That somebody lives in a place, which is not put on the map"), _("for the office to know")),
        "groups": (
            _("Groups and collectives: who asked for them, what they say about themselves"),
            _("to make maps and to find a place"),
        ),
        "applications": (
            _("Applications to calls: project, needs, documents, what the office decided and what you were offered"),
            _("to decide about them and to explain why"),
        ),
        "committees": (
            _("Members of committees: their scores with reasons, and whom they may not judge"),
            _("to show that it was fair"),
        ),
        "files": (_("Files that the office imports"), _("to be compared and decided about")),
        "history": (_("Who did what, by the number of an account"), _("to explain decisions")),
        "registers": (
            _("Pacts: who proposes, represents and signs them; names of people are not shown"),
            _("to know who agreed with whom"),
        ),
        "living": (
            _("Organisations, initiatives and pacts that you write or keep, and what came of them"),
            _("to show what goes on and who does it"),
        ),
        "board": (
            _("Notices, messages that are passed on without addresses, and comments"),
            _("so that people find each other and are heard"),
        ),
        "erasures": (_("That somebody was erased"), _("so that nothing comes back from a backup")),
    }

"""How long what can name a person is kept, in days, each with its reason; the privacy notice prints these numbers."""

from enum import StrEnum


class Keep(StrEnum):
    """What ends the keeping of something; those with a number of days stand in `DAYS`."""

    DEVICE_POINT = "device_point"
    KEYS = "keys"
    REJECTED = "rejected"
    MESSAGES = "messages"
    RELAYED = "relayed"
    PROOFS = "proofs"
    SETTLED = "settled"
    LINKS = "links"
    INVITATIONS = "invitations"
    UNOPENED = "unopened"
    UNCONFIRMED = "unconfirmed"
    REMINDERS = "reminders"
    MAILS = "mails"
    ANSWERS = "answers"
    PREVIEWS = "previews"
    RUNS = "runs"
    COUNTERS = "counters"
    UNUSED = "unused"
    DRAFTS = "drafts"
    WITHDRAWN = "withdrawn"
    PAPERS = "papers"
    PROCEDURE = "procedure"
    ACCOUNT = "account"
    RECORD = "record"
    REGISTER = "register"
    HISTORY = "history"
    ERASURES = "erasures"


DAYS: dict[Keep, int] = {
    # safety.md: enough to judge a report on the spot; then only about a kilometre is left.
    Keep.DEVICE_POINT: 30,
    # domain.md 2.2: three months of looking for doubled votes; then random values tell one sender from another.
    Keep.KEYS: 90,
    # publication.md 5.1; an appeal is possible for 30 of these days.
    Keep.REJECTED: 90,
    # publication.md 5.1, counted from the day on which the office closed the message.
    Keep.MESSAGES: 90,
    # Long enough to take up a conversation again; whoever talks on does so by their own mail.
    Keep.RELAYED: 365,
    # Long enough for a dispute about who the owner is, counted from the decision.
    Keep.PROOFS: 90,
    # The words of flags and appeals, counted from the decision; its figures are kept.
    Keep.SETTLED: 90,
    # A report is followed for two years (`usecases.follow_links.LINK_LIFE`).
    Keep.LINKS: 730,
    # `usecases.people.INVITATION_LIFE`.
    Keep.INVITATIONS: 7,
    # Counted from the end of the last invitation: who does not open the account within three months does not want it.
    Keep.UNOPENED: 90,
    # Who does not say yes within a week did not want the mails, or did not ask for them.
    Keep.UNCONFIRMED: 7,
    # Long enough not to ask twice about the same check.
    Keep.REMINDERS: 365,
    # To answer whether a mail left; address and content are forgotten when it leaves.
    Keep.MAILS: 7,
    # A phone that was offline for a week may still send twice without harm.
    Keep.ANSWERS: 7,
    # An import preview nobody decided on for a week is out of date.
    Keep.PREVIEWS: 7,
    # To see what a job did lately; a mail run every half minute makes 9,000 rows.
    Keep.RUNS: 3,
    # Of applications that were never submitted, counted from the end of the call: long enough to notice, no longer.
    Keep.DRAFTS: 30,
    # Counted from the withdrawal: enough to answer whether and when it came; the pseudonym stays in the lists.
    Keep.WITHDRAWN: 90,
    # Counted from the end of the call: an act can be contested for 120 days, and courts and auditors ask within a year.
    Keep.PAPERS: 365,
    # The longest window of a rate limit.
    Keep.COUNTERS: 1,
}

"""The timetable: which job runs how often. What a job does stands in its own file."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from mapsvc.bootstrap import Services
from mapsvc.jobs import (
    awards,
    close_calls,
    keep_in_step,
    reckon_reporters,
    remind,
    seal_audit,
    send_mail,
    tell_fits,
    tell_news,
    tidy,
    verify_audit,
    watch_collectives,
)

Report = dict[str, int]
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Entry:
    """A job: its name on the command line, how often it runs, and the function that does it.

    `preview` returns what `run` would return now and changes nothing, where a job has such a dry run.
    """

    name: str
    every: timedelta
    run: Callable[[Services, datetime], Report]
    purpose: str
    preview: Callable[[Services, datetime], Report] | None = None

    def latest_due(self, now: datetime) -> datetime:
        """Return the last moment at or before `now` at which the job is due; all workers compute the same."""
        return EPOCH + (now - EPOCH) // self.every * self.every


TIMETABLE = (
    Entry("send-mail", timedelta(seconds=30), send_mail.run, "Send the mails that wait in the outbox."),
    Entry("tell-news", timedelta(minutes=1), tell_news.run, "Queue the mails with news of areas that are due."),
    Entry("close-calls", timedelta(minutes=1), close_calls.run, "Close calls whose deadline has passed."),
    Entry("tell-fits", timedelta(hours=1), tell_fits.run, "Tell collectives of new spaces that fit them."),
    Entry(
        "watch-collectives",
        timedelta(days=1),
        watch_collectives.run,
        "Ask collectives that were silent for a year whether they still exist, and dissolve those that do not answer.",
    ),
    Entry("remind", timedelta(hours=1), remind.run, "Ask who marked a place whether it is still true."),
    Entry(
        "reckon-reporters",
        timedelta(days=1),
        reckon_reporters.run,
        "Halve old tallies of reporters, and conclude again where a changed reliability counts.",
    ),
    Entry("awards", timedelta(minutes=10), awards.run, "End offers without an answer; announce that periods end."),
    Entry(
        "keep-in-step",
        timedelta(minutes=1),
        keep_in_step.run,
        "Fetch the registers whose time has come, and compare and write what waits.",
    ),
    Entry("seal-audit", timedelta(minutes=1), seal_audit.run, "Chain what was added to the history."),
    Entry("verify-audit", timedelta(days=1), verify_audit.run, "Check the whole chain of the history."),
    Entry(
        "tidy",
        timedelta(days=1),
        tidy.run,
        "Delete or round what has served its time, as the privacy notice promises.",
        tidy.preview,
    ),
)


def named(name: str) -> Entry | None:
    """Return the job of this name."""
    return next((entry for entry in TIMETABLE if entry.name == name), None)

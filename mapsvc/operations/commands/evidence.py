"""Commands about evidence: for those who check a decision, and for whoever changed the numbers of the rule."""

from __future__ import annotations

import json
import re
from datetime import date, datetime

import click

from mapsvc.config import Settings
from mapsvc.domain import evidence as rules
from mapsvc.domain.freshness_policy import FreshnessPolicy
from mapsvc.operations import console
from mapsvc.operations.commands.documents import open_document, refusing
from mapsvc.operations.connections import refresh_statistics
from mapsvc.operations.deployment import Deployment

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
# An instant that no observation can be later than: it says nothing about when this one was sent.
_MOST_NAMED = 20
_NOT_STATED = "9999-12-31T00:00:00+00:00"


@click.group()
def evidence() -> None:
    """Recompute what observations say about a place."""


@evidence.command()
@click.option(
    "--processes", default=2, show_default=True, type=click.IntRange(1, 64), help="How many work side by side."
)
def recompute(processes: int) -> None:
    """Conclude every space again from its observations, after a change of MAPSVC_FRESHNESS_POLICY or to be sure.

    The service may run meanwhile. A second run changes nothing.
    """
    from mapsvc.operations import recomputing, startup

    deployment = Deployment.here()
    startup.prepare(deployment, console.say)
    with console.progress() as report:
        counts = recomputing.recompute(deployment.settings, report, processes)
    refresh_statistics(deployment.settings.owner_url)
    console.done(
        f"{counts['spaces']:,} spaces: {counts['changed']:,} say something else now,"
        f" {counts['reporters']:,} reporters were reckoned anew."
    )


@evidence.command()
@click.option("--at", "day", type=click.DateTime(["%Y-%m-%d"]), help="The UTC day; today when it is not given.")
def check(day: datetime | None) -> None:
    """Compare what every space shows with its observations, by the database's own statement of the rule.

    Ends with code 1 and names the first spaces that differ; `mapsvc evidence recompute` mends them.
    """
    from mapsvc import bootstrap
    from mapsvc.operations import startup
    from mapsvc.spatial import desk_evidence

    deployment = Deployment.here()
    startup.prepare(deployment, console.say)
    services = bootstrap.build(deployment.settings)
    with services.reading() as connection:
        on = services.clock.today() if day is None else day.date()
        wrong = desk_evidence.differing(connection, on, services.freshness_policy)
    for row in wrong[:_MOST_NAMED]:
        click.echo(
            f"{row['slug']}: shows {row['shown_status']}, {row['shown_band']}; is {row['status']}, {row['band']}"
        )
    if wrong:
        raise click.ClickException(f"{len(wrong):,} spaces do not show what their observations say on {on}.")
    console.done(f"Every space shows what its observations say on {on}.")


@evidence.command()
@click.argument("history", metavar="HISTORY.json")
@click.option("--at", "day", required=True, type=click.DateTime(["%Y-%m-%d"]), help="The UTC day, as in 2027-03-01.")
def explain(history: str, day: datetime) -> None:
    """Print as JSON what the observations in a file say on a day, and how much each weighs.

    The file holds a list of objects with claim, source_kind, quality, observed_at, reporter and, where wanted,
    cluster_key, id, submitted_at, reliability; - reads standard input. A date without a time means 00:00 UTC, later
    observations are ignored, and the order in the file does not matter. Rules and numbers are those of the service.

    \b
    mapsvc evidence explain history.json --at 2027-03-01
    """
    from mapsvc import bootstrap

    policy = bootstrap.freshness_policy(Settings.from_environment())
    with refusing():
        found = explained(open_document(history), day.date(), policy)
    click.echo(json.dumps(found, ensure_ascii=False, indent=2))


def explained(history: object, day: date, policy: FreshnessPolicy) -> dict[str, object]:
    """Return what `rules.explain` says of a history; raises Invalid with a JSON pointer.

    Observations without an id get their position in the list as such, from 0 as in JSON pointers.
    """
    if not isinstance(history, list):
        return rules.explain(rules.read_history(history), day, policy)
    # Ids decide between observations of one instant, so they may not come from the order in the file.
    places = sorted(range(len(history)), key=lambda place: json.dumps(history[place], sort_keys=True))
    order = {place: f"observation {number:06}" for number, place in enumerate(places)}
    whole = rules.read_history([_completed(item, order[place]) for place, item in enumerate(history)])
    found = rules.explain(whole, day, policy)
    position = {given: str(place) for place, given in order.items()}
    rows = found["observations"]
    assert isinstance(rows, list)
    return {**found, "observations": [{**row, "id": position.get(row["id"], row["id"])} for row in rows]}


def _completed(item: object, number: str) -> object:
    """An observation with what its short form leaves out."""
    if not isinstance(item, dict):
        return item
    whole = {"id": number, "submitted_at": _NOT_STATED, **item}
    for name in ("observed_at", "submitted_at"):
        value = whole.get(name)
        if isinstance(value, str) and _DAY.fullmatch(value):
            whole[name] = f"{value}T00:00:00+00:00"
    return whole

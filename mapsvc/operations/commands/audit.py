"""Commands that check the history: does the chain hold, and where does it end."""

from __future__ import annotations

import json
import re
import sys
from typing import Any

import click

from mapsvc.domain.seals import Broken, Fault, Verdict
from mapsvc.operations import console
from mapsvc.operations.deployment import Deployment

_HEAD = re.compile(r"([0-9]{1,18}):([0-9a-f]{64})")


@click.group()
def audit() -> None:
    """Check that nobody changed the history."""


def _services() -> Any:
    from mapsvc import bootstrap

    deployment = Deployment.here()
    deployment.ensure_database()
    return bootstrap.build(deployment.settings)


@audit.command()
@click.option("--json", "as_json", is_flag=True, help="Print the verdict as JSON.")
@click.option("--head", "kept", metavar="PLACE:HASH", help="A head that `mapsvc audit head` printed earlier.")
def verify(as_json: bool, kept: str | None) -> None:
    """Walk along the chain, name the first broken row and count the rows that are not sealed yet.

    Ends with 1 when the chain is broken. That the last links were cut off, or that all hashes were computed anew, can
    only be seen with a head that was kept outside of this machine.

    \b
    mapsvc audit verify --head 4711:9f2c…
    """
    from mapsvc.usecases import seals

    verdict = seals.verify(_services().unit_of_work, None if kept is None else _parsed(kept))
    if as_json:
        click.echo(json.dumps(as_dict(verdict), indent=2))
    else:
        for line in lines(verdict):
            click.echo(line)
    sys.exit(0 if verdict.broken is None else 1)


@audit.command()
def head() -> None:
    """Print place and hash of the last link, to be kept outside of this machine."""
    with _services().unit_of_work() as uow:
        last = uow.seals.last()
    if last is None:
        raise click.ClickException("Nothing is sealed yet. Seal it with: mapsvc audit seal")
    click.echo(f"{last.seq}:{last.sha256}")


@audit.command()
def seal() -> None:
    """Seal what waits now instead of with the next run of the job."""
    from mapsvc.usecases import seals

    services = _services()
    console.done(f"Sealed {seals.seal(services.unit_of_work, services.clock.now()):,} entries.")


def _parsed(text: str) -> tuple[int, str]:
    found = _HEAD.fullmatch(text.strip().lower())
    if found is None:
        raise click.BadParameter("A head is a place and a hash, as in 4711:9f2c… with 64 signs.", param_hint="--head")
    return int(found[1]), found[2]


def as_dict(verdict: Verdict) -> dict[str, object]:
    """Return a verdict as JSON: ok, sealed, head, tail, late, and broken with fault, place and entry."""
    broken = verdict.broken
    return {
        "ok": broken is None,
        "sealed": verdict.sealed,
        "head": f"{verdict.sealed}:{verdict.head}",
        "tail": verdict.tail,
        "late": verdict.late,
        "broken": None
        if broken is None
        else {"fault": broken.fault.value, "seal": broken.seq, "entry": broken.entry_id},
    }


def lines(verdict: Verdict) -> list[str]:
    """Return a verdict in words."""
    said = [_broken_line(verdict.broken)] if verdict.broken else []
    said.append(f"{verdict.sealed:,} links hold{' before it' if said else ''}; the last is {verdict.head}.")
    said.append(f"{verdict.tail:,} entries are not sealed yet.")
    if verdict.late:
        said.append(
            f"{verdict.late:,} of them have a lower number than a sealed one: their transactions ended late, or"
            " somebody wrote them past the service."
        )
    return said


def _broken_line(broken: Broken) -> str:
    return {
        Fault.CHANGED: f"BROKEN: entry {broken.entry_id} (seal {broken.seq}) is not as it was when it was sealed.",
        Fault.MISSING_ENTRY: f"BROKEN: entry {broken.entry_id} (seal {broken.seq}) is gone.",
        Fault.MISSING_SEAL: f"BROKEN: seal {broken.seq} is gone.",
        Fault.OTHER_HEAD: f"BROKEN: seal {broken.seq} is not the one that was kept outside.",
    }[broken.fault]
